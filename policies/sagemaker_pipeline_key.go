package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// sagemakerPipelineKey evaluates the steps inside a Pipeline's definition, and
// the parameters of a PipelineExecution that change them.
func sagemakerPipelineKey() Policy {
	pipeline := catalog.Kind{Group: catalog.SageMaker, Name: "Pipeline"}
	execution := catalog.Kind{Group: catalog.SageMaker, Name: "PipelineExecution"}
	return Policy{
		ID:       "sagemaker-pipeline-key",
		Title:    "The steps of a Pipeline set customer-managed keys, and no execution overrides them with others",
		Protects: "the ML storage volumes and outputs of the steps inside a Pipeline's definition",
		Default:  Enforce,
		Kinds:    []catalog.Kind{pipeline, execution},
		Reads: map[catalog.Kind][]string{
			pipeline:  {catalog.PipelineDefinition},
			execution: {"spec.pipelineName", "spec.pipelineParameters"},
		},
		check: checkPipelineKinds,
		Doc: `A Pipeline's steps are jobs like any other, only that their keys stand in a JSON text,
spec.pipelineDefinition. cmkgate reads it and asks of each step what sagemaker-volume-key and sagemaker-output-key
ask of the job's own kind: steps of type Training, Processing, QualityCheck, ClarifyCheck, Transform, Tuning, AutoML,
RegisterModel and EndpointConfig, the branches of conditions included. In other steps, whatever is called KmsKeyId
(VolumeKmsKeyId and so on) and is set must be a key of your organization.

**Parameters.** {"Get": "Parameters.Key"} counts as the parameter's DefaultValue, and Std:Join is put together. What
only an execution or another step can tell is unverifiable: a warning by default, a denial with unverifiable: Deny in
the configuration. Give such a parameter a default.

**Executions.** A PipelineExecution starts the steps of its Pipeline, so it is denied while the Pipeline violates this
policy. It can also give parameters other values: cmkgate checks the definition with them. It looks the Pipeline up by
its name in AWS (spec.pipelineName), in the same namespace first. A Pipeline that was not created through ACK, or that
is in another cluster or repository, is unverifiable: a warning by default, a denial with unverifiable: Deny.

A definition is never changed by the webhook. A finding names its place as a JSON pointer, and where cmkgate knows the
key, the remedy is a JSON patch (RFC 6902) of the definition.

**How to satisfy it.** Name the key in each step, or once as a parameter:

` + "```yaml" + `
kind: Pipeline
spec:
  pipelineDefinition: |
    {
      "Version": "2020-12-01",
      "Parameters": [
        {"Name": "Key", "Type": "String", "DefaultValue": "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111"}
      ],
      "Steps": [{
        "Name": "Train", "Type": "Training",
        "Arguments": {
          "OutputDataConfig": {"S3OutputPath": "s3://my-artifacts/churn", "KmsKeyId": {"Get": "Parameters.Key"}},
          "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30, "VolumeKmsKeyId": {"Get": "Parameters.Key"}}
        }
      }]
    }
` + "```",
	}
}

func checkPipelineKinds(e *evaluation) {
	if e.object.Kind == "PipelineExecution" {
		checkPipelineExecution(e)
		return
	}
	if !e.opens() {
		return
	}
	value := definitionOf(e.object)
	if value.Missing() {
		return
	}
	d := readDefinition(value)
	for _, f := range e.judgeDefinition(d) {
		e.report(d.place(f))
	}
}

func definitionPath() tree.Path {
	return tree.Path{tree.Key("spec"), tree.Key("pipelineDefinition")}
}

func definitionOf(pipeline Object) *tree.Node { return pipeline.Root.Find(definitionPath()) }

// judgeDefinition evaluates every step. The paths of its findings lead from
// the step on, and from the root of the definition where they are about its
// form.
func (e *evaluation) judgeDefinition(d *definition) []Finding {
	var out []Finding
	inner := *e
	inner.parameters = d.parameters
	inner.switched.Inject = false
	d.walk(func(s step) {
		if !inner.budget.exceeded() {
			inner.search = search{root: s.node}
			out = append(out, inner.judgeStep(s)...)
		}
	})
	inner.budget.spent += len(d.flaws)
	e.budget = inner.budget
	return append(d.flaws, out...)
}

func (e *evaluation) judgeStep(s step) []Finding {
	var out []Finding
	judged := map[*tree.Node]bool{}
	judge := func(f *field, path tree.Path, value *tree.Node) {
		judged[value] = true
		if !e.checksPlace() {
			return
		}
		if finding, wrong := e.judgeField(f, path, value); wrong {
			finding.use = e.useOf(s, f, finding.Path)
			if finding.Reason == Missing && value == nil {
				e.tellSpelling(&finding)
			}
			out = append(out, finding)
		}
	}
	rows := e.rule.steps[s.kind]
	for i := range rows {
		f := &rows[i]
		f.path.Walk(s.node, f.under, func(path tree.Path, value *tree.Node) { judge(f, path, value) })
	}
	keys := keySearch{path: tree.Path{tree.Key("Arguments")}, judged: judged, visit: func(f *field, path tree.Path, value *tree.Node) {
		if !e.parameters.resolve(value).Missing() { // nobody knows whether one belongs there
			judge(f, path, value)
		}
	}}
	keys.search(s.node.Get("Arguments"))
	if keys.tooLong != nil {
		out = append(out, unreadNames(s, keys.tooLong))
	}
	return out
}

// unreadNames reports names that are made to be long.
func unreadNames(s step, path tree.Path) Finding {
	return Finding{
		Reason:  Malformed,
		Path:    path,
		Problem: fmt.Sprintf("the path to a value here has more than %d bytes of names, so cmkgate does not read it.", longestNames),
		Remedy:  "Use the names of the SageMaker API.",
		use:     &use{step: s.name, path: s.path, field: path.Pattern().String(), present: len(path)},
	}
}

// tellSpelling names the field that was meant: ACK's own names, such as
// kmsKeyID, are spelled otherwise than those of the API.
func (e *evaluation) tellSpelling(f *Finding) {
	last := len(f.Path) - 1
	siblings := e.search.find(f.Path[:last])
	for i := range siblings.Len() {
		if name := siblings.At(i).Key(); strings.EqualFold(name, f.Path[last].Key) {
			f.Problem = fmt.Sprintf("no KMS key is set: in a definition the field is called %s, not %s.", f.Path[last].Key, quote(name))
			return
		}
	}
}

// useOf describes the place of a finding while its step is at hand.
func (e *evaluation) useOf(s step, f *field, path tree.Path) *use {
	u := &use{step: s.name, path: s.path, field: path.Pattern().String()}
	for u.present = len(path); u.present > 0; u.present-- {
		if !e.search.find(path[:u.present]).Absent() {
			break
		}
	}
	if u.present == len(path) {
		u.value, u.alone = references(e.search.find(path))
	}
	for _, pattern := range f.governedBy() {
		pattern = pattern.Bind(path)
		e.search.walk(pattern, len(pattern), func(_ tree.Path, value *tree.Node) {
			names, _ := references(value)
			u.instanceStorage = append(u.instanceStorage, names...)
		})
	}
	return u
}

// governedBy are the paths of what decides whether a key belongs to the field.
func (f *field) governedBy() []tree.Path {
	out := slices.Clone(f.outputs)
	for _, t := range f.instanceTypes {
		out = append(out, t.path)
	}
	return out
}

// keySearch finds what looks like a key beside the rows of the catalog: in
// steps of tomorrow, and in fields that SageMaker has added.
type keySearch struct {
	judged map[*tree.Node]bool
	visit  func(*field, tree.Path, *tree.Node)
	// path leads to where the search is; visitors that keep it must clone it.
	path tree.Path
	// names is the length of the names in the path.
	names int
	// tooLong is the place whose members have names that are not read.
	tooLong tree.Path
}

// longestNames bounds the names on the way to a key: a message, and what
// identifies a finding, holds all of them. Those of the API have 300 bytes at most.
const longestNames = 1024

func (k *keySearch) search(n *tree.Node) {
	if len(k.path) > maxNesting {
		return
	}
	for i := range n.Len() {
		child := n.At(i)
		if n.Kind() == tree.List {
			k.below(tree.Index(i), func() { k.search(child) })
			continue
		}
		name := child.Key()
		isKey := namesKey(name) && (child.Kind() == tree.String || isExpression(child))
		switch {
		case passedOver(name) || k.judged[child] || !isKey && child.Len() == 0:
		case k.names+len(name) > longestNames:
			if k.tooLong == nil {
				k.tooLong = k.path.Clone()
			}
		case isKey:
			k.below(tree.Key(name), func() { k.visit(looseField(name), k.path, child) })
		default:
			k.below(tree.Key(name), func() { k.search(child) })
		}
	}
}

// below does something one step further down.
func (k *keySearch) below(step tree.Step, do func()) {
	k.path, k.names = append(k.path, step), k.names+len(step.Key)
	do()
	k.path, k.names = k.path[:len(k.path)-1], k.names-len(step.Key)
}

// namesKey relies on the names of the API: KmsKeyId, VolumeKmsKeyId, LogEncryptionKmsKeyId.
func namesKey(name string) bool {
	const suffix = "kmskeyid"
	return len(name) >= len(suffix) && strings.EqualFold(name[len(name)-len(suffix):], suffix)
}

// passedOver are steps, which are visited as such, and maps whose names people choose.
func passedOver(name string) bool {
	switch name {
	case "IfSteps", "ElseSteps", "Environment", "HyperParameters", "StaticHyperParameters", "CustomerMetadataProperties":
		return true
	}
	return false
}

// looseField is a row for a key of which only the name is known.
func looseField(name string) *field {
	f := &field{Field: catalog.StepKey(catalog.PurposeOutput)}
	if strings.HasPrefix(name, "Volume") {
		f.Purpose = catalog.PurposeVolume
	}
	return f
}
