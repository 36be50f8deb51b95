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

// checkPipelineExecution judges what the parameters of an execution bring about
// in the definition of its Pipeline. What the Pipeline does wrong by itself is
// told of the Pipeline.
func checkPipelineExecution(e *evaluation) {
	given := overridesOf(e.object)
	if len(given) == 0 || e.observes {
		return
	}
	name := pipelineName(e.object)
	pipeline, ok := e.named(catalog.Kind{Group: catalog.SageMaker, Name: "Pipeline"}, name)
	if !ok || definitionOf(pipeline).Missing() {
		e.unseenPipeline(given, fmt.Sprintf("Pipeline %s cannot be seen in %s", quote(name), e.regionName()),
			"Create the Pipeline through ACK in this cluster; on the command line, give its manifest to the same check.")
		return
	}
	if why, spec := doubt(pipeline); !spec { // AWS may have another definition
		e.unseenPipeline(given, why, "Apply this again once ACK reports the Pipeline as synced, or name a key of your organization.")
		return
	}
	values, last := map[string]*tree.Node{}, map[string]int{}
	for i, o := range given {
		values[o.name], last[o.name] = o.value, i
	}
	other := e.beginWith(pipeline)
	other.observes = false // what ACK saw in AWS counts
	other.rule, other.switched = e.rule, e.switched
	d := readDefinition(definitionOf(pipeline))
	before := other.judgeDefinition(d)
	other.budget = budget{}
	after := other.judgeDefinition(d.with(values))
	e.budget = other.budget
	for _, f := range added(after, before) {
		f.use.pipeline = name
		e.report(placeOverride(f, given, last))
	}
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
		f.Remedy = "Leave the parameter out."
		if !own {
			f.Remedy = "Choose an instance type with EBS volumes, or leave the parameter out."
		}
	case own && f.use.alone:
		if len(f.Fix) == 1 {
			f.Fix = []Edit{{Path: f.Path, Value: f.Fix[0].Value}}
		}
		return f
	case own && len(f.Fix) == 1:
		f.Remedy = fmt.Sprintf("Choose a value with which it becomes %s, or leave the parameter out.", f.Fix[0].Value)
	case !own:
		f.Remedy = "Leave the parameter out, or let the Pipeline name a key there."
	}
	f.Fix = nil
	return f
}

// causeOf finds the parameter behind a finding: one in the value itself or, if
// not own, one in the instance type that governs it. Of several it is the last
// that is given; last tells where each is.
func causeOf(u *use, given []override, last map[string]int) (cause override, own bool) {
	for i, names := range [][]string{u.value, u.governing} {
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

// unseenPipeline tells of parameters that look like keys, unless they are keys
// that may be named anywhere: the rest concerns nobody.
func (e *evaluation) unseenPipeline(given []override, why, remedy string) {
	f := looseField("")
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
		e.report(Finding{
			Reason: Unverifiable,
			Path:   o.path,
			Problem: fmt.Sprintf("%s, so cmkgate does not know whether parameter %s names the key of a step; %s",
				why, quote(o.name), problem),
			Remedy: remedy,
		})
	}
}

// looksLikeKey goes by the value and, where that tells nothing, by the name.
func looksLikeKey(o override) bool {
	ref, err := kms.Parse(o.value.Str())
	return err == nil && ref.Form != kms.KeyID || strings.Contains(strings.ToLower(o.name), "kms")
}
