package policies

import (
	"fmt"
	"strings"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/kms"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// override is a parameter that an execution gives a value.
type override struct {
	name  string
	value *tree.Node
	path  tree.Path
}

// checkPipelineExecution checks what an execution makes of the definition of its
// Pipeline: the steps run as jobs of their own, whoever wrote them, and whether or
// not cmkgate was there then.
func checkPipelineExecution(e *evaluation) {
	name := pipelineName(e.object)
	if name == "" || e.observes { // the CRD requires the name
		return
	}
	given := overridesOf(e.object)
	pipeline, ok := e.named(catalog.Kind{Group: catalog.SageMaker, Name: "Pipeline"}, name)
	if !ok || definitionOf(pipeline).Missing() {
		e.unseenPipeline(given, fmt.Sprintf("cmkgate knows of no Pipeline %s in %s", quote(name), e.regionAndWhy()),
			"Create it through ACK in this cluster; on the command line, pass its manifest to the same check, or use --cluster.")
		return
	}
	doubt, spec := doubt(pipeline)
	if !spec { // AWS may have another definition
		e.unseenPipeline(given, doubt, "Apply this again once ACK reports the Pipeline as synced, or set a key of your organization.")
		return
	}
	before, after := e.judgeExecution(pipeline, given)
	overridden := added(after, before)
	last := map[string]int{}
	for i, o := range given {
		last[o.name] = i
	}
	switch own := added(after, overridden); {
	case len(own) > 0:
		e.report(pipelineViolates(pipeline, name, own))
	case len(after) == 0 && doubt != "":
		e.unseenPipeline(given, doubt, "Apply this again once ACK reports the Pipeline as synced; where ACK refuses it, create it under another name.")
	}
	for _, f := range overridden {
		f.use.pipeline = name
		e.report(placeOverride(f, given, last))
	}
}

// judgeExecution returns what is wrong with the definition of a Pipeline, and
// what with the values that an execution gives its parameters.
func (e *evaluation) judgeExecution(pipeline Object, given []override) (before, after []Finding) {
	values := map[string]*tree.Node{}
	for _, o := range given {
		values[o.name] = o.value
	}
	other := e.beginWith(pipeline)
	other.observes = false // what ACK saw in AWS counts
	other.rule, other.switched = e.rule, e.switched
	d := readDefinition(definitionOf(pipeline))
	before = other.judgeDefinition(d)
	other.budget = budget{}
	after = other.judgeDefinition(d.with(values))
	e.budget = other.budget
	return before, after
}

// pipelineViolates is the one finding for all that is wrong with the Pipeline itself.
func pipelineViolates(pipeline Object, name string, findings []Finding) Finding {
	worst := &findings[0]
	for i := range findings {
		if findings[i].Reason != Unverifiable && findings[i].Reason != Unproven {
			worst = &findings[i]
			break
		}
	}
	problem := "Pipeline %s violates sagemaker-pipeline-key: %s%s"
	if worst.Reason == Unverifiable || worst.Reason == Unproven {
		problem = "Pipeline %s cannot be checked for sagemaker-pipeline-key: %s%s"
	}
	finding := Finding{
		Reason:  worst.Reason,
		Path:    tree.Path{tree.Key("spec"), tree.Key("pipelineName")},
		Problem: fmt.Sprintf(problem, quote(name), worst.use.where(worst.Problem), worst.Problem),
		Remedy:  fmt.Sprintf("Fix Pipeline %s in namespace %s, then start the execution.", quote(pipeline.Name), quote(pipeline.Namespace)),
		state:   "the Pipeline itself",
	}
	if more := len(findings) - 1; more > 0 {
		finding.Problem = strings.TrimSuffix(finding.Problem, ".") + fmt.Sprintf(" (and %d more).", more)
	}
	return finding
}

// overridesOf reads spec.pipelineParameters; of two with a name the last counts.
func overridesOf(execution Object) []override {
	path := tree.Path{tree.Key("spec"), tree.Key("pipelineParameters")}
	list := execution.Root.Find(path)
	if list.Kind() != tree.List {
		return nil
	}
	var out []override
	for i := range list.Len() {
		name, value := list.At(i).Get("name").Str(), list.At(i).Get("value")
		if name != "" && !value.Absent() {
			out = append(out, override{name, value, path.Child(tree.Index(i), tree.Key("value"))})
		}
	}
	return out
}

// pipelineName is the name of the Pipeline, which may be given as an ARN
// (StartPipelineExecution, PipelineName).
func pipelineName(execution Object) string {
	name := execution.Root.Get("spec").Get("pipelineName").Str()
	if strings.HasPrefix(name, "arn:") {
		return name[strings.LastIndexByte(name, '/')+1:]
	}
	return name
}

// placeOverride points a finding at the parameter that is its cause.
func placeOverride(f Finding, given []override, last map[string]int) Finding {
	cause, own := causeOf(f.use, given, last)
	f.use.parameter = cause.name
	f.Path = cause.path
	switch {
	case f.removes():
		f.Remedy = "Omit the parameter."
		if !own {
			f.Remedy = "Choose an instance type with EBS volumes, or omit the parameter."
		}
	case own && f.use.alone:
		if len(f.Fix) == 1 {
			f.Fix = []Edit{{Path: f.Path, Value: f.Fix[0].Value}}
		}
		return f
	case own && len(f.Fix) == 1:
		f.Remedy = fmt.Sprintf("Choose a value that makes it %s, or omit the parameter.", f.Fix[0].Value)
	case !own:
		f.Remedy = "Omit the parameter, or set a key there in the Pipeline."
	}
	f.Fix = nil
	return f
}

// causeOf finds the parameter behind a finding: one in the value itself or, if
// not own, one in the instance type that governs it. Of several it is the last
// that is given; last says where each is.
func causeOf(u *use, given []override, last map[string]int) (cause override, own bool) {
	for i, names := range [][]string{u.value, u.instanceStorage} {
		latest := -1
		for _, name := range names {
			if at, ok := last[name]; ok {
				latest = max(latest, at)
			}
		}
		if latest >= 0 {
			return given[latest], i == 0
		}
	}
	return given[0], false
}

// unseenPipeline reports that the steps cannot be checked: at each parameter that
// looks like a key and is not one that may be named anywhere, else at the name.
func (e *evaluation) unseenPipeline(given []override, why, remedy string) {
	f, reported := looseField(""), false
	for _, o := range given {
		if !looksLikeKey(o) {
			continue
		}
		if !e.checksPlace() {
			return
		}
		_, problem := e.keyProblem(f, o.value)
		if problem == "" {
			continue
		}
		reported = true
		e.report(Finding{
			Reason:  Unverifiable,
			Path:    o.path,
			Problem: fmt.Sprintf("%s, and parameter %s may be the key of a step: %s", why, quote(o.name), problem),
			Remedy:  remedy,
		})
	}
	if reported {
		return
	}
	e.report(Finding{
		Reason:  Unverifiable,
		Path:    tree.Path{tree.Key("spec"), tree.Key("pipelineName")},
		Problem: why + ", so the keys of its steps cannot be checked.",
		Remedy:  remedy,
	})
}

// looksLikeKey relies on the value and, where that tells nothing, by the name.
func looksLikeKey(o override) bool {
	ref, err := kms.Parse(o.value.Str())
	return err == nil && ref.Form != kms.KeyID || strings.Contains(strings.ToLower(o.name), "kms")
}
