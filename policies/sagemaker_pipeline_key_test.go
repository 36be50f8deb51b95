package policies_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/ack"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

func TestSageMakerPipelineKeyFixtures(t *testing.T) { testFixtures(t, "sagemaker-pipeline-key") }

// pipeline is a Pipeline with a definition.
func pipeline(definition string) manifest {
	return manifestOf(map[string]any{
		"apiVersion": catalog.SageMaker + "/v1alpha1", "kind": "Pipeline",
		"metadata": map[string]any{"name": "churn", "namespace": "science"},
		"spec":     map[string]any{"pipelineName": "churn", "pipelineDefinition": definition},
	})
}

// heldPipeline is one that ACK manages.
func heldPipeline(definition string) manifest {
	m := pipeline(definition)
	m.value["metadata"].(map[string]any)["finalizers"] = []any{"finalizers.sagemaker.services.k8s.aws/Pipeline"}
	return manifestOf(m.value)
}

// steps is a definition with training steps, each "NAME KEY" with a JSON value as its output key.
func steps(list ...string) string { return definition("[]", list...) }

func definition(parameters string, list ...string) string {
	var out []string
	for _, s := range list {
		name, key, _ := strings.Cut(s, " ")
		out = append(out, fmt.Sprintf(`{"Name":%q,"Type":"Training","Arguments":{"OutputDataConfig":{"KmsKeyId":%s}}}`, name, key))
	}
	return `{"Parameters":` + parameters + `,"Steps":[` + strings.Join(out, ",") + `]}`
}

const (
	good    = `"` + key + `"`
	managed = `"alias/aws/s3"`
	none    = `null`
)

func TestAnUpdateOfAPipelineIsJudgedByWhatItBringsAbout(t *testing.T) {
	branch := func(then string) string {
		return `{"Steps":[{"Name":"If","Type":"Condition","Arguments":{"IfSteps":` + strings.TrimSuffix(strings.SplitN(then, `"Steps":`, 2)[1], "}") + `}}]}`
	}
	bad := `[{"Name":"K","DefaultValue":"alias/aws/s3"}]`
	for name, tt := range map[string]struct {
		before, after string
		want          []string
	}{
		"nothing changed":             {steps("a "+managed, "b "+none), steps("a "+managed, "b "+none), nil},
		"steps moved":                 {steps("a "+managed, "b "+good), steps("b "+good, "a "+managed), nil},
		"steps moved into a branch":   {steps("a " + managed), branch(steps("a " + managed)), nil},
		"a good step added before":    {steps("a " + managed), steps("b "+good, "a "+managed), nil},
		"fixed":                       {steps("a " + managed), steps("a " + good), nil},
		"a bad step added":            {steps("a " + managed), steps("a "+managed, "b "+managed), []string{"#/Steps/1/Arguments/OutputDataConfig/KmsKeyId aws-managed"}},
		"what was wrong moves on":     {steps("a "+managed, "b "+good), steps("a "+good, "b "+managed), []string{"#/Steps/1/Arguments/OutputDataConfig/KmsKeyId aws-managed"}},
		"key dropped":                 {steps("a " + good), steps("a " + none), []string{"#/Steps/0/Arguments/OutputDataConfig/KmsKeyId missing"}},
		"wrong in another way":        {steps("a " + none), steps("a " + managed), []string{"#/Steps/0/Arguments/OutputDataConfig/KmsKeyId aws-managed"}},
		"another use of a wrong one":  {definition(bad, `a {"Get":"Parameters.K"}`), definition(bad, `a {"Get":"Parameters.K"}`, `b {"Get":"Parameters.K"}`), []string{"#/Parameters/0/DefaultValue aws-managed"}},
		"parameters moved":            {definition(bad, `a {"Get":"Parameters.K"}`), definition(`[{"Name":"X"},`+bad[1:], `a {"Get":"Parameters.K"}`), nil},
		"broken":                      {steps("a " + managed), "{", []string{" malformed"}},
		"broken elsewhere":            {"{", "{\n\"Steps\"", nil},
		"broken, and fixed":           {"{", steps("a " + good), nil},
		"broken, and wrong after all": {"{", steps("a " + managed), []string{"#/Steps/0/Arguments/OutputDataConfig/KmsKeyId aws-managed"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := evaluate(evaluator(t), heldPipeline(tt.after).object, heldPipeline(tt.before).object.Root, policies.Nowhere{})
			var places []string
			for _, f := range got {
				places = append(places, strings.TrimPrefix(f.Place(), "spec.pipelineDefinition")+" "+string(f.Reason))
			}
			if diff := cmp.Diff(tt.want, places); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestExpressionsAreResolved(t *testing.T) {
	parameters := `[{"Name":"K","DefaultValue":"alias/aws/s3"},{"Name":"N","DefaultValue":5},{"Name":"None"},{"Name":"Null","DefaultValue":null},
		{"Name":"Twice","DefaultValue":"first"},{"Name":"Twice","DefaultValue":"alias/aws/ebs"},{"Name":"E","DefaultValue":{"Get":"Parameters.K"}},{"Name":"Long","DefaultValue":"` + strings.Repeat("x", 5000) + `"}]`
	for expression, want := range map[string]string{
		`{"Get":"Parameters.K"}`:       `"alias/aws/s3" is managed by AWS`,
		`{"Get":"Parameters.Twice"}`:   `"alias/aws/ebs" is managed by AWS`,
		`{"Get":"Parameters.N"}`:       `must be a string, not a value of type number`,
		`{"Get":"Parameters.E"}`:       `must be a string, not a value of type object`,
		`{"Get":"Parameters.None"}`:    `parameter "None" has no default`,
		`{"Get":"Parameters.Null"}`:    `parameter "Null" has no default`,
		`{"Get":"Parameters.Long"}`:    `the value of parameter "Long" has more than 4096 characters`,
		`{"Get":"Parameters."}`:        `Parameters has no parameter ""`,
		`{"Get":"parameters.K"}`:       `"parameters.K" is known only when the pipeline runs`,
		`{"Get":5}`:                    `"Get" is known only when the pipeline runs`,
		`{"Std:New":{}}`:               `"Std:New" is known only when the pipeline runs`,
		`{"Get":"Parameters.K","x":1}`: `must be a string, not a value of type object`,
		`{"Std:Join":{"On":"/","Values":["alias",{"Std:Join":{"Values":["a","ws"]}},"s3"]}}`:             `"alias/aws/s3" is managed by AWS`,
		`{"Std:Join":{"Values":["a",{"Get":"Parameters.N"},true]}}`:                                      `"a5true" is not a KMS key`,
		`{"Std:Join":{"On":"/","Values":["alias",{"Get":"Steps.A.B"}]}}`:                                 `"Steps.A.B" is known only when the pipeline runs`,
		`{"Std:Join":{"On":"/","Values":["alias",{"Std:Join":{"Values":[{"Get":"Parameters.None"}]}}]}}`: `parameter "None" has no default`,
		`{"Std:Join":{"Values":[]}}`:                                    `no KMS key is set`,
		`{"Std:Join":{"On":5,"Values":["a"]}}`:                          `its Std:Join is malformed`,
		`{"Std:Join":{"Values":"a"}}`:                                   `its Std:Join is malformed`,
		`{"Std:Join":{"Values":["` + strings.Repeat("x", 5000) + `"]}}`: `its Std:Join has more than 4096 characters`,
	} {
		got := pipeline(definition(parameters, "a "+expression)).findings(evaluator(t))
		if len(got) != 1 || !strings.Contains(got[0].Problem, want) {
			t.Errorf("%s: want %q in\n%s", expression, want, report(got))
		}
	}
}

// The remedy is a patch that a person can paste; it must say what the edit does.
func TestThePatchInTheRemedyIsTheEdit(t *testing.T) {
	seen := 0
	for _, f := range fixturesOf(t, "sagemaker-pipeline-key", "deny", "*") {
		for _, finding := range f.findings(evaluator(t, f.settings...)) {
			_, patch, ok := strings.Cut(strings.TrimSuffix(finding.Remedy, "."), ": [{")
			if !ok {
				continue
			}
			seen++
			var operations []struct {
				Op    string `json:"op"`
				Path  string `json:"path"`
				Value any    `json:"value"`
			}
			if err := json.Unmarshal([]byte("[{"+patch), &operations); err != nil || len(operations) != 1 {
				t.Fatalf("%v in %s", err, finding.Remedy)
			}
			op := operations[0]
			root, err := tree.ParseJSON([]byte(f.object.Root.Find(finding.Path).Str()))
			if err != nil {
				t.Fatal(err)
			}
			pointer, value := finding.Fix[0].Within.Pointer(), op.Value
			for rest := strings.TrimPrefix(pointer, op.Path); rest != ""; {
				name, tail, _ := strings.Cut(rest[1:], "/")
				value, _ = value.(map[string]any)[name]
				if rest = ""; tail != "" {
					rest = "/" + tail
				}
			}
			exists := root.Find(finding.Fix[0].Within) != nil
			if !strings.HasPrefix(pointer, op.Path) || value != finding.Fix[0].Value || (op.Op == "add") == exists {
				t.Errorf("%s is not %s = %v", patch, pointer, finding.Fix[0].Value)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d patches", seen)
	}
}

func pipelineKeeper(tb testing.TB) *tree.Projection {
	tb.Helper()
	for _, l := range catalog.Lookups() {
		if l.Kind.Name == "Pipeline" {
			keeper, err := policies.NewProjection(l)
			if err != nil {
				tb.Fatal(err)
			}
			return keeper
		}
	}
	tb.Fatal("Pipelines are not looked up")
	return nil
}

// Of a Pipeline in a cache only a digest is kept; executions must be evaluated alike by it.
func TestExecutionsAreJudgedAlikeByTheDigestOfADefinition(t *testing.T) {
	keeper := pipelineKeeper(t)
	seen := 0
	for _, f := range fixturesOf(t, "sagemaker-pipeline-key", "*", "*") {
		if f.object.Kind != "PipelineExecution" {
			continue
		}
		e := evaluator(t, f.settings...)
		want := report(f.findings(e))
		for i := range f.world.objects {
			o := &f.world.objects[i]
			if o.Standing == 0 { // caches read it before they trim
				o.Standing = ack.StandingOf(ack.Object{Kind: catalog.Kind{Group: o.Group, Name: o.Kind}, Root: o.Root})
			}
			o.Root = keeper.Trim(o.Root)
			seen++
		}
		if diff := cmp.Diff(want, report(f.findings(e))); diff != "" {
			t.Errorf("%s, by the digest (+):\n%s", f.Fixture, diff)
		}
	}
	if seen < 8 {
		t.Errorf("only %d executions", seen)
	}
	large := pipeline(fiftySteps()).object.Root
	text := large.Find(tree.MustPath(catalog.PipelineDefinition)).Str()
	short := keeper.Trim(large).Find(tree.MustPath(catalog.PipelineDefinition)).Str()
	if short == "" || len(short)*4 > len(text) {
		t.Errorf("%d of %d bytes are kept", len(short), len(text))
	}
	t.Logf("%d of %d bytes are kept", len(short), len(text))
}

// Definitions that are made to be slow or to take memory.
func TestHostileDefinitionsAreBounded(t *testing.T) {
	const n = 12_000
	const most = 2500 + 1 // places of a policy, and that there are more
	var wide strings.Builder
	for i := range n {
		fmt.Fprintf(&wide, `,"%022d":1`, i)
	}
	list := func(element string) string { return strings.TrimSuffix(strings.Repeat(element+",", n), ",") }
	nested := func(open, inner, end string, depth int) string {
		return strings.Repeat(open, depth) + inner + strings.Repeat(end, depth)
	}
	for name, tt := range map[string]struct {
		definition string
		min, max   int
	}{
		"many values": {`{"Steps":[],"x":[` + list("[0,0,0,0,0,0,0,0]") + `]}`, 1, 1},
		"long list in a wide step": {
			`{"Steps":[{"Type":"Tuning","Arguments":{"TrainingJobDefinitions":[` + list(`{"OutputDataConfig":{}}`) + `]` + wide.String() + `}}]}`, most, most,
		},
		"many steps": {`{"Steps":[` + list(`{"Type":"AutoML","Arguments":{}}`) + `]}`, most, most},
		"many uses of a long default": {
			`{"Parameters":[{"Name":"K","DefaultValue":"` + strings.Repeat(`\n`, 100_000) + `"}],"Steps":[` + list(`{"Type":"AutoML","Arguments":{"AutoMLJobConfig":{"SecurityConfig":{"VolumeKmsKeyId":{"Get":"Parameters.K"}}}}}`) + `]}`, 2, 2,
		},
		"a join that grows": {
			`{"Parameters":[{"Name":"K","DefaultValue":"` + strings.Repeat("x", 4000) + `"}],"Steps":[{"Type":"New","Arguments":{"KmsKeyId":{"Std:Join":{"Values":[` + list(`{"Get":"Parameters.K"}`) + `]}}}}]}`, 1, 1,
		},
		"deep joins":     {`{"Steps":[{"Type":"New","Arguments":{"KmsKeyId":` + nested(`{"Std:Join":{"Values":[`, `1`, `]}}`, 3000) + `}}]}`, 1, 1},
		"deep branches":  {`{"Steps":` + nested(`[{"Type":"Condition","Arguments":{"VolumeKmsKeyId":"x","IfSteps":`, `[]`, `}}]`, 2000) + `}`, 60, 70},
		"deep arguments": {`{"Steps":[{"Type":"New","Arguments":` + nested(`{"KmsKeyId":"x","a":`, `1`, `}`, 9000) + `}]}`, 60, 70},
		"wide arguments": {`{"Steps":[{"Type":"New","Arguments":{"a":1` + wide.String() + `,"KmsKeyId":"x"}}]}`, 1, 1},
		"long names":     {`{"Steps":[{"Name":"` + strings.Repeat("é", 500_000) + `","Type":"New","Arguments":{"` + strings.Repeat("\u202e", 300_000) + `":{"KmsKeyId":"x"}}}]}`, 1, 1},
		"too deep":       {strings.Repeat("[", 20_000), 1, 1},
	} {
		got := pipeline(tt.definition).findings(evaluator(t))
		if len(got) < tt.min || len(got) > tt.max {
			t.Errorf("%s: %d findings, want %d to %d", name, len(got), tt.min, tt.max)
		}
		for i := range got {
			if m := got[i].Message(); len(m) > 1500 || strings.ContainsAny(m, "\n\u202e") {
				t.Fatalf("%s: a message of %d bytes: %.300q", name, len(m), m)
			}
		}
	}
}

// fiftySteps is a definition as large as SageMaker's quota of steps allows, as the SDK writes it.
func fiftySteps() string {
	step := `{"Name":"Step%d","Type":"Training","Arguments":{"RoleArn":"arn:aws:iam::111122223333:role/sagemaker",` +
		`"AlgorithmSpecification":{"TrainingImage":"683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1","TrainingInputMode":"File"},` +
		`"HyperParameters":{` + padding() + `},"OutputDataConfig":{"S3OutputPath":"s3://artifacts/churn","KmsKeyId":{"Get":"Parameters.Key"}},` +
		`"ResourceConfig":{"InstanceType":{"Get":"Parameters.Type"},"InstanceCount":1,"VolumeSizeInGB":30,"VolumeKmsKeyId":{"Get":"Parameters.Key"}},` +
		`"StoppingCondition":{"MaxRuntimeInSeconds":86400},"InputDataConfig":[` + strings.TrimSuffix(strings.Repeat(`{"ChannelName":"train","DataSource":{"S3DataSource":{"S3DataType":"S3Prefix",`+
		`"S3Uri":"s3://data/churn/train","S3DataDistributionType":"FullyReplicated"}},"ContentType":"text/csv"},`, 2), ",") + `]}}`
	list := make([]string, 50)
	for i := range list {
		list[i] = fmt.Sprintf(step, i)
	}
	return `{"Version":"2020-12-01","Metadata":{},"Parameters":[{"Name":"Key","Type":"String","DefaultValue":"` + key + `"},` +
		`{"Name":"Type","Type":"String","DefaultValue":"ml.m5.xlarge"}],"Steps":[` + strings.Join(list, ",") + `]}`
}

// BenchmarkEvaluatePipeline evaluates a definition of 50 steps beside parsing the same JSON.
func BenchmarkEvaluatePipeline(b *testing.B) {
	text := fiftySteps()
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if _, err := tree.ParseJSON([]byte(text)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("good", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		benchmark(b, evaluator(b), pipeline(text))
	})
	b.Run("keyless", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		benchmark(b, evaluator(b), pipeline(strings.NewReplacer(`,"KmsKeyId":{"Get":"Parameters.Key"}`, "", `,"VolumeKmsKeyId":{"Get":"Parameters.Key"}`, "").Replace(text)))
	})
}

// FuzzDefinition evaluates any text as a definition, and an execution of it.
func FuzzDefinition(f *testing.F) {
	for _, fixture := range fixturesOf(f, "sagemaker-pipeline-key", "*", "*") {
		for _, o := range append(fixture.world.objects, fixture.object) {
			f.Add(o.Root.Get("spec").Get("pipelineDefinition").Str(), "KmsKey", "alias/aws/s3")
		}
	}
	e, keeper := evaluator(f), pipelineKeeper(f)
	f.Fuzz(func(t *testing.T, text, parameter, value string) {
		m := pipeline(text)
		holdsForAnyObject(t, e, m)
		for _, finding := range m.findings(e) {
			if finding.Inject || finding.Within == nil || strings.ContainsAny(finding.Message(), "\n\r") {
				t.Fatalf("%+v", finding)
			}
			everyHintHelps(t, e, finding.Policy, m)
		}
		execution := manifestOf(map[string]any{
			"apiVersion": catalog.SageMaker + "/v1alpha1", "kind": "PipelineExecution", "metadata": map[string]any{"name": "run", "namespace": "science"},
			"spec": map[string]any{"pipelineName": "churn", "pipelineParameters": []any{map[string]any{"name": parameter, "value": value}}},
		})
		digest := m.object
		digest.Root = keeper.Trim(m.object.Root)
		short := digest.Root.Find(tree.MustPath(catalog.PipelineDefinition)).Str()
		if short != "" && !json.Valid([]byte(short)) {
			t.Fatalf("the digest of %q is %q", text, short)
		}
		if again := keeper.Trim(digest.Root).Find(tree.MustPath(catalog.PipelineDefinition)).Str(); again != short {
			t.Fatalf("the digest of the digest %q is %q", short, again)
		}
		execution.world = &world{objects: []policies.Object{digest}}
		found := execution.findings(e)
		for _, finding := range found {
			if at := finding.Path.String(); at != "spec.pipelineParameters[0].value" && at != "spec.pipelineName" || finding.Within != nil {
				t.Fatalf("%+v", finding)
			}
		}
		execution.world = &world{objects: []policies.Object{m.object}}
		if whole := execution.findings(e); short != "" && report(whole) != report(found) {
			t.Fatalf("by the digest:\n%s\nby the whole definition:\n%s", report(found), report(whole))
		}
	})
}
