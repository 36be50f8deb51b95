package policies

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// definition is the definition of a pipeline, read. Its JSON is what a person
// wrote: any value may stand anywhere.
type definition struct {
	root       *tree.Node
	parameters parameters
	flaws      []Finding
}

// step is one step of a definition.
type step struct {
	path tree.Path
	node *tree.Node
	kind string
	// name is how messages call it, made once for all that is found in it.
	name string
}

// maxNesting bounds how deep steps, and the arguments of an unknown step, are
// followed: AWS nests conditions and requests a few levels deep.
const maxNesting = 64

// readDefinition reads the text of a definition. What is wrong with its form
// is kept as findings, whose paths lead from the root of the definition.
func readDefinition(value *tree.Node) *definition {
	d := &definition{parameters: parameters{}}
	if value.Kind() != tree.String {
		d.flaw(nil, fmt.Sprintf("a pipeline definition must be a JSON string, not a value of type %s.", value.Kind()),
			"Write the JSON as a block scalar: pipelineDefinition: | followed by the indented JSON.")
		return d
	}
	text := value.Text()
	root, err := tree.ParseBoundedText(text)
	if errors.Is(err, tree.ErrTooManyValues) {
		d.flaw(nil, fmt.Sprintf("the definition has %v, so cmkgate does not read it.", err), "Split the pipeline into several.")
		return d
	}
	if err != nil {
		d.flaw(nil, "the text is not JSON: "+syntax(text, err)+".", "Correct the JSON there.")
		d.flaws[0].use.problem = "not JSON" // wherever it breaks
		return d
	}
	d.root = root
	if root.Kind() != tree.Map {
		d.flaw(nil, fmt.Sprintf("a pipeline definition must be a JSON object, not a value of type %s.", root.Kind()), "Write an object with a Steps list.")
		return d
	}
	d.readParameters()
	return d
}

// syntax says in words where a text stops being JSON.
func syntax(text string, err error) string {
	bad, ok := errors.AsType[*tree.SyntaxError](err)
	if !ok {
		return err.Error()
	}
	before := text[:min(bad.Offset, len(text))]
	line := strings.Count(before, "\n") + 1
	return fmt.Sprintf("%s at line %d, column %d of the text", bad.Problem, line, len(before)-strings.LastIndexByte(before, '\n'))
}

func (d *definition) flaw(path tree.Path, problem, remedy string) {
	if len(d.flaws) > mostPlaces {
		return
	}
	d.flaws = append(d.flaws, Finding{
		Reason: Malformed, Path: path.Clone(), Problem: problem, Remedy: remedy,
		use: &use{field: path.Pattern().String()},
	})
}

func (d *definition) readParameters() {
	path := tree.Path{tree.Key("Parameters")}
	list := d.root.Get("Parameters")
	if !list.Absent() && list.Kind() != tree.List {
		d.flaw(path, fmt.Sprintf("Parameters must be a list, not a value of type %s.", list.Kind()), "Write a list of objects with Name, Type and DefaultValue.")
	}
	if list.Kind() != tree.List {
		return
	}
	for i := range list.Len() {
		name := list.At(i).Get("Name").Str()
		if name == "" {
			d.flaw(path.Child(tree.Index(i)), "a parameter must be an object with a Name.", "Give the parameter a Name, a Type and a DefaultValue.")
			continue
		}
		d.parameters[name] = newParameter(list.At(i).Get("DefaultValue"), i)
	}
}

// with is the same definition with other values of parameters.
func (d *definition) with(values map[string]*tree.Node) *definition {
	out := &definition{root: d.root, parameters: parameters{}}
	for name, p := range d.parameters {
		if value, ok := values[name]; ok {
			p = newParameter(value, p.index)
		}
		out.parameters[name] = p
	}
	return out
}

// walk visits the steps in order, those in the branches of conditions after
// the condition. It collects the flaws that it comes across.
func (d *definition) walk(visit func(step)) {
	if d.root.Kind() != tree.Map {
		return
	}
	path := tree.Path{tree.Key("Steps")}
	steps := d.root.Get("Steps")
	if steps.Absent() {
		d.flaw(path, "the definition has no Steps list.", "Write a Steps list of objects with Name, Type and Arguments.")
		return
	}
	d.walkList(steps, path, 0, visit)
}

func (d *definition) walkList(list *tree.Node, path tree.Path, depth int, visit func(step)) {
	switch {
	case list.Absent():
		return
	case list.Kind() != tree.List:
		d.flaw(path, fmt.Sprintf("steps must be a list, not a value of type %s.", list.Kind()), "Write a list of objects with Name, Type and Arguments.")
		return
	case depth > maxNesting:
		d.flaw(path, fmt.Sprintf("steps are nested more than %d levels deep.", maxNesting), "Nest branches less deeply.")
		return
	}
	for i := range list.Len() {
		d.walkStep(list.At(i), path.Child(tree.Index(i)), depth, visit)
	}
}

func (d *definition) walkStep(node *tree.Node, path tree.Path, depth int, visit func(step)) {
	if node.Kind() != tree.Map {
		d.flaw(path, fmt.Sprintf("a step must be an object, not a value of type %s.", node.Kind()), "Write an object with Name, Type and Arguments.")
		return
	}
	kind := node.Get("Type").Str()
	if kind == "" {
		d.flaw(path.Child(tree.Key("Type")), "a step must have a Type.", "Write the type of the step, such as Training or Processing.")
	}
	args := node.Get("Arguments")
	if !args.Absent() && args.Kind() != tree.Map {
		d.flaw(path.Child(tree.Key("Arguments")), fmt.Sprintf("the arguments of a step must be an object, not a value of type %s.", args.Kind()), "Write the step's API request as an object.")
		return
	}
	visit(step{path: path, node: node, kind: kind, name: nameOf(node)})
	for _, branch := range branches() {
		d.walkList(args.Get(branch), path.Child(tree.Key("Arguments"), tree.Key(branch)), depth+1, visit)
	}
}

// branches are the fields with the steps inside a condition step.
func branches() []string { return []string{"IfSteps", "ElseSteps"} }

// nameOf is a step in messages.
func nameOf(step *tree.Node) string {
	if name := step.Get("Name").Str(); name != "" {
		return "step " + quote(name)
	}
	return "a step without a Name"
}
