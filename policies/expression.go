package policies

import (
	"fmt"
	"strings"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// parameters are those of a pipeline, by name. They give meaning to the
// expressions that stand in place of values (SageMaker developer guide,
// "Pipelines Parameters"). Nil: nothing is an expression.
type parameters map[string]parameter

type parameter struct {
	// value is the default, or what an execution gives instead; nil for none.
	value *tree.Node
	// index is the place in the definition's Parameters.
	index int
	// long means that SageMaker would not take the value.
	long bool
}

// open is why the value of an expression cannot be seen.
type open struct {
	reason string
	remedy string
}

// maxValue bounds the value of a parameter, as SageMaker does, and of a join:
// no field that cmkgate reads takes more (KmsKeyId 2048 characters, S3Uri 1024).
const maxValue = 4096

func newParameter(value *tree.Node, index int) parameter {
	p := parameter{value: value, index: index}
	if value.Kind() == tree.String { // once, not for each step that names the parameter
		text := value.Str()
		p.value, p.long = tree.FromValue(text), len(text) > maxValue
	}
	return p
}

// isExpression distinguishes an expression from a value: {"Get": …} or {"Std:Join": …}.
func isExpression(n *tree.Node) bool {
	if n.Kind() != tree.Map || n.Len() != 1 {
		return false
	}
	key := n.At(0).Key()
	return key == "Get" || strings.HasPrefix(key, "Std:")
}

// resolve is the value that an expression stands for, or what was given if
// there is none or it cannot be seen.
func (p parameters) resolve(n *tree.Node) *tree.Node {
	if p == nil || !isExpression(n) {
		return n
	}
	if value, unseen := p.eval(n); unseen == nil {
		return value
	}
	return n
}

// unseen says why what resolve left as it is cannot be seen.
func (p parameters) unseen(n *tree.Node) *open {
	if p == nil || !isExpression(n) {
		return nil
	}
	_, unseen := p.eval(n)
	return unseen
}

func (p parameters) eval(n *tree.Node) (*tree.Node, *open) {
	if join := n.Get("Std:Join"); join != nil {
		return p.join(join)
	}
	get := n.Get("Get").Str()
	if name, ok := strings.CutPrefix(get, "Parameters."); ok {
		return p.get(name)
	}
	if get == "" {
		get = n.At(0).Key()
	}
	return nil, &open{quote(get) + " is known only when the pipeline runs", "Write the value itself, or a parameter with a default."}
}

func (p parameters) get(name string) (*tree.Node, *open) {
	found, ok := p[name]
	switch {
	case !ok:
		return nil, &open{fmt.Sprintf("Parameters has no parameter %s", quote(name)), fmt.Sprintf("Add parameter %s with a default.", quote(name))}
	case found.value.Absent():
		return nil, &open{fmt.Sprintf("parameter %s has no default", quote(name)), fmt.Sprintf("Give parameter %s a default.", quote(name))}
	case found.long:
		return nil, &open{fmt.Sprintf("the value of parameter %s has more than %d characters", quote(name), maxValue), fmt.Sprintf("Give parameter %s a shorter value.", quote(name))}
	}
	return found.value, nil
}

func (p parameters) join(join *tree.Node) (*tree.Node, *open) {
	var b strings.Builder
	if unseen := p.write(&b, join); unseen != nil {
		return nil, unseen
	}
	return tree.FromValue(b.String()), nil
}

// write puts a join together; one inside it is written to the same place.
func (p parameters) write(b *strings.Builder, join *tree.Node) *open {
	values := join.Get("Values")
	on := join.Get("On")
	if values.Kind() != tree.List || !on.Missing() && on.Kind() != tree.String {
		return &open{"its Std:Join is malformed", "Give Std:Join a string On and a list Values."}
	}
	for i := range values.Len() {
		if i > 0 {
			b.WriteString(on.Str())
		}
		if unseen := p.writeValue(b, values.At(i)); unseen != nil {
			return unseen
		}
		if b.Len() > maxValue {
			return &open{fmt.Sprintf("its Std:Join has more than %d characters", maxValue), "Write the value itself, or a parameter with a default."}
		}
	}
	return nil
}

func (p parameters) writeValue(b *strings.Builder, value *tree.Node) *open {
	if isExpression(value) {
		if inner := value.Get("Std:Join"); inner != nil {
			return p.write(b, inner)
		}
		var unseen *open
		if value, unseen = p.eval(value); unseen != nil {
			return unseen
		}
	}
	b.WriteString(value.Text())
	return nil
}

// references are the names of the parameters in an expression; alone means
// that the expression is one parameter and nothing else.
func references(n *tree.Node) (names []string, alone bool) {
	if !isExpression(n) {
		return nil, false
	}
	if name, ok := strings.CutPrefix(n.Get("Get").Str(), "Parameters."); ok {
		return []string{name}, true
	}
	return joined(nil, n), false
}

// joined adds the names of the parameters in a join.
func joined(names []string, n *tree.Node) []string {
	values := n.Get("Std:Join").Get("Values")
	for i := range values.Len() {
		value := values.At(i)
		if !isExpression(value) {
			continue
		}
		if name, ok := strings.CutPrefix(value.Get("Get").Str(), "Parameters."); ok {
			names = append(names, name)
			continue
		}
		names = joined(names, value)
	}
	return names
}
