package policies_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/secret"
	"github.com/cmkgate/cmkgate/policies/tree"
)

const plaintextSecret = "plaintext-secret"

func TestPlaintextSecret(t *testing.T) { testFixtures(t, plaintextSecret) }

// holding is an object with n elements in each list, and text on the surface in each of them.
func holding(tb testing.TB, s catalog.Surface, n int, text string) (object map[string]any, places []string) {
	tb.Helper()
	out := map[string]any{"apiVersion": s.Kind.Group + "/v1alpha1", "kind": s.Kind.Name, "metadata": map[string]any{"name": "generated"}, "spec": map[string]any{}}
	put := func(path tree.Path, v any) {
		changed, err := set(out, path, v, true)
		if err != nil {
			tb.Fatal(err)
		}
		out = changed.(map[string]any)
	}
	for _, place := range expand(tree.MustPath(s.Path), n) {
		switch s.Form {
		case catalog.Variables, catalog.Properties:
			put(place, map[string]any{"A": "1", "DB_PASSWORD": text})
			place = place.Child(tree.Key("DB_PASSWORD"))
		case catalog.Arguments:
			put(place, []any{"run", "--db-password", text})
			place = place.Child(tree.Index(2))
		case catalog.Parameter:
			put(place, text)
			put(tree.MustPath(s.Name).Bind(place), "DbPassword")
		case catalog.Script:
			put(place, base64.StdEncoding.EncodeToString([]byte("#!/bin/sh\nexport DB_PASSWORD='"+text+"'\n")))
		case catalog.Document:
			put(place, `{"Steps":[{"Arguments":{"Environment":{"DB_PASSWORD":"`+text+`"}}}]}`)
		}
		places = append(places, place.String()+" plaintext")
	}
	return out, places
}

func TestEverySurfaceIsSearched(t *testing.T) {
	e := evaluator(t)
	for _, s := range catalog.Surfaces() {
		for n := 1; n <= 3; n++ {
			value, want := holding(t, s, n, "hunter2")
			got := of(plaintextSecret, manifestOf(value).findings(e))
			if diff := cmp.Diff(want, places(got)); diff != "" {
				t.Errorf("%s %s:\n%s", s.Kind.Name, s.Path, diff)
			}
			for _, reference := range []string{"", "${DB_PASSWORD}", "churn/db/password", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:churn/db-AbCdEf", "{{resolve:secretsmanager:churn/db:SecretString:password}}"} {
				value, _ := holding(t, s, n, reference)
				if got := of(plaintextSecret, manifestOf(value).findings(e)); len(got) > 0 {
					t.Errorf("%q is a reference:\n%s", reference, report(got))
				}
			}
		}
	}
}

// No part of a secret that is long enough to help anyone stands in a finding.
func TestTheSecretItselfIsNeverTold(t *testing.T) {
	e := evaluator(t)
	secrets := []string{"xK7#mQ2$vL9wR4", "AKIAQ7XK2MZW4RTB6VJN", "ghp_q7XkZ2mJ9wR4tB6vN1cL8pH5sD3fG0yAeU4i", "postgres://qzxj:wvkq7xkz@qzhost/qzdb"}
	for _, s := range catalog.Surfaces() {
		for _, text := range secrets {
			value, _ := holding(t, s, 2, text)
			findings := of(plaintextSecret, manifestOf(value).findings(e))
			if len(findings) == 0 {
				t.Errorf("%s %s: %q is not found", s.Kind.Name, s.Path, text)
			}
			told := fmt.Sprintf("%+v", findings)
			for i := range len(text) - 4 {
				if part := text[i : i+4]; part != "gres" && part != "post" && part != "ostg" && part != "stgr" && part != "tgre" && part != "res:" && part != "es:/" && part != "s://" && strings.Contains(told, part) {
					t.Errorf("%s %s: %q of %q stands in %s", s.Kind.Name, s.Path, part, text, told)
				}
			}
		}
	}
}

// What was there before can stay; what an update introduces is found.
func TestSecretsAreFoundInWhatAnUpdateChanges(t *testing.T) {
	const password = `"DB_PASSWORD": "hunter2"`
	model := func(environments ...string) *tree.Node {
		root, err := tree.ParseJSON([]byte(`{"apiVersion":"sagemaker.services.k8s.aws/v1alpha1","kind":"Model","metadata":{"finalizers":["finalizers.sagemaker.services.k8s.aws/Model"]},"spec":{"containers":[{"environment":{` + strings.Join(environments, `}},{"environment":{`) + `}}]}}`))
		if err != nil {
			t.Fatal(err)
		}
		return root
	}
	for name, tt := range map[string]struct {
		old, now *tree.Node
		want     []string
	}{
		"unchanged":               {model(password), model(password), nil},
		"changed elsewhere":       {model(password), model(password + `, "A": "1"`), nil},
		"moved":                   {model(password, `"A": "1"`), model(`"A": "1"`, password), nil},
		"removed":                 {model(password, password), model(password), nil},
		"replaced by a reference": {model(password), model(`"DB_PASSWORD": "churn/db/password"`), nil},
		"added":                   {model(`"A": "1"`), model(password), []string{"spec.containers[0].environment.DB_PASSWORD plaintext"}},
		"added beside another":    {model(password), model(`"API_KEY": "hunter2hunter2", ` + password), []string{"spec.containers[0].environment.API_KEY plaintext"}},
		"copied":                  {model(password), model(password, password), []string{"spec.containers[1].environment.DB_PASSWORD plaintext"}},
		"a reference replaced":    {model(`"DB_PASSWORD": "churn/db/password"`), model(password), []string{"spec.containers[0].environment.DB_PASSWORD plaintext"}},
	} {
		got := evaluate(evaluator(t), policies.NewObject(tt.now), tt.old, policies.Nowhere{})
		if diff := cmp.Diff(tt.want, places(got)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// A script that is edited elsewhere has no other finding than before.
func TestAnEditedScriptKeepsItsFinding(t *testing.T) {
	config := func(script string) *tree.Node {
		return tree.FromValue(map[string]any{"apiVersion": catalog.SageMaker + "/v1alpha1", "kind": "NotebookInstanceLifecycleConfig", "metadata": map[string]any{
			"finalizers": []any{"finalizers.sagemaker.services.k8s.aws/NotebookInstanceLifecycleConfig"},
		}, "spec": map[string]any{
			"onStart": []any{map[string]any{"content": base64.StdEncoding.EncodeToString([]byte(script))}},
		}})
	}
	e := evaluator(t)
	old := config("export DB_PASSWORD=hunter2\n")
	if got := evaluate(e, policies.NewObject(config("set -e\n# more\nexport DB_PASSWORD=hunter2\n")), old, nil); len(got) > 0 {
		t.Errorf("edited elsewhere:\n%s", report(got))
	}
	if got := evaluate(e, policies.NewObject(config("export DB_PASSWORD=hunter2\nexport API_KEY=hunter2hunter2\n")), old, nil); len(got) != 1 {
		t.Errorf("another secret:\n%s", report(got))
	}
}

// Everything that the ACK modules ship, their samples and e2e resources, their
// documentation and their code included, is free of secrets.
func TestNothingIsFoundInTheACKModules(t *testing.T) {
	detector := secret.New()
	files := 0
	for _, module := range []string{"sagemaker-controller", "s3-controller"} {
		dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws-controllers-k8s/"+module).Output()
		if err != nil {
			t.Fatal(err)
		}
		err = filepath.WalkDir(strings.TrimSpace(string(dir)), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			files++
			if scanner := detector.Scan(string(text)); err == nil {
				if m, found := scanner.Next(); found {
					t.Errorf("%s has %s on line %d", path, m.What, 1+strings.Count(string(text[:m.Offset]), "\n"))
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 1000 {
		t.Errorf("only %d files were read", files)
	}
}

// ACK's write of what it adopts is not stopped by what stands in AWS.
func TestWhatACKAdoptsIsNotSearched(t *testing.T) {
	m := load(t, `
apiVersion: sagemaker.services.k8s.aws/v1alpha1
kind: Model
metadata: {name: churn, generation: 1, finalizers: [finalizers.sagemaker.services.k8s.aws/Model], annotations: {services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adopted: "true"}}
spec: {primaryContainer: {environment: {DB_PASSWORD: hunter2}}}
`)
	without := m.with(t, []policies.Edit{{Path: tree.MustPath("spec")}}, true)
	if got := evaluate(evaluator(t), m.object, without.object.Root, m.world); policies.Enforced(got) {
		t.Errorf("%s", report(got))
	}
}

func TestMessagesOfLongNamesStayShort(t *testing.T) {
	for _, name := range []string{strings.Repeat("X", 300_000) + "_PASSWORD", strings.Repeat("é", 300) + "_PASSWORD", strings.Repeat("X", 250) + "_TOKEN"} {
		value := map[string]any{"apiVersion": catalog.SageMaker + "/v1alpha1", "kind": "TransformJob", "spec": map[string]any{"environment": map[string]any{name: "hunter2hunter2"}}}
		got := of(plaintextSecret, manifestOf(value).findings(evaluator(t)))
		if len(got) != 1 || len(got[0].Message()) > 1000 {
			t.Errorf("%.100s", report(got))
		}
	}
}

// An object with very many secrets is searched until enough is said. On an
// update all count, or those past the bound would seem to be new.
func TestVeryManySecrets(t *testing.T) {
	environment := func(more string) *tree.Node {
		var variables strings.Builder
		for i := range 2_000 {
			fmt.Fprintf(&variables, `,"DB_PASSWORD_%05d":"hunter2"`, i)
		}
		root, err := tree.ParseJSON([]byte(`{"apiVersion":"sagemaker.services.k8s.aws/v1alpha1","kind":"TransformJob","metadata":{"finalizers":["finalizers.sagemaker.services.k8s.aws/TransformJob"]},"spec":{"environment":{` + more + variables.String() + `}}}`))
		if err != nil {
			t.Fatal(err)
		}
		return root
	}
	e := evaluator(t)
	before, after := environment(`"A":"1"`), environment(`"A_PASSWORD":"hunter2"`)
	created := of(plaintextSecret, evaluate(e, policies.NewObject(after), nil, nil))
	if len(created) != 21 || !strings.Contains(created[20].Problem, "the first 20 are listed") || strings.Contains(created[19].Problem, "listed") {
		t.Errorf("created:\n%s", report(created))
	}
	if got := places(evaluate(e, policies.NewObject(after), before, nil)); !cmp.Equal(got, []string{"spec.environment.A_PASSWORD plaintext"}) {
		t.Errorf("updated: %q", got)
	}
	if got := evaluate(e, policies.NewObject(before), after, nil); len(got) > 0 {
		t.Errorf("a secret removed:\n%s", report(got))
	}
}

func TestWrongKindsOnSurfacesNeverBreak(t *testing.T) {
	rng := random()
	e := evaluator(t)
	hostile := []any{nil, "", "password=hunter2", int64(1), true, []any{}, []any{nil}, []any{"--password", "hunter2"}, []any{[]any{}}, map[string]any{}, map[string]any{"": nil}, map[string]any{"password": map[string]any{}}}
	for _, s := range catalog.Surfaces() {
		for range 200 {
			value, _ := holding(t, s, 1+rng.IntN(2), "hunter2")
			for range 1 + rng.IntN(3) {
				value = spoil(rng, value, hostile[rng.IntN(len(hostile))]).(map[string]any)
			}
			value["apiVersion"], value["kind"] = s.Kind.Group+"/v1alpha1", s.Kind.Name
			holdsForAnyObject(t, e, manifestOf(value))
		}
	}
}

// BenchmarkPlaintextSecret evaluates jobs with 50 variables by this policy
// alone. The ratios are to the decoding of the same object: by cmkgate's
// reader, and by encoding/json. The bar is 1.
func BenchmarkPlaintextSecret(b *testing.B) {
	settings := settings()
	var only []policies.Policy
	for _, p := range policies.All() {
		if p.ID == plaintextSecret {
			only = append(only, p)
		}
	}
	e, err := policies.New(only, settings)
	if err != nil {
		b.Fatal(err)
	}
	for name, data := range map[string][]byte{"typical": fiftyVariables(b), "secrets": fiftySecrets(b), "pipeline": fiftyStepPipeline(b)} {
		b.Run(name, func(b *testing.B) { benchmarkRatio(b, e, policies.Nowhere{}, data) })
	}
}

// fiftyVariables is a TrainingJob with what the containers of SageMaker are usually told.
func fiftyVariables(tb testing.TB) []byte {
	tb.Helper()
	typical := [][2]string{
		{"SAGEMAKER_PROGRAM", "train.py"}, {"SAGEMAKER_SUBMIT_DIRECTORY", "s3://churn-eu-west-1/source/sourcedir.tar.gz"}, {"SAGEMAKER_REGION", "eu-west-1"}, {"SAGEMAKER_CONTAINER_LOG_LEVEL", "20"},
		{"HF_MODEL_ID", "meta-llama/Llama-2-7b-chat-hf"}, {"MAX_TOTAL_TOKENS", "4096"}, {"SM_NUM_GPUS", "4"}, {"DB_PASSWORD_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:churn/db-AbCdEf"},
		{"MLFLOW_TRACKING_URI", "https://mlflow.example.com/experiments/12"}, {"GIT_COMMIT", "1f7a9c3e5b2d80461f7a9c3e5b2d80461f7a9c3e"},
	}
	variables := map[string]string{}
	for i := range 50 {
		variables[fmt.Sprintf("%s_%d", typical[i%10][0], i/10)] = typical[i%10][1]
	}
	return withEnvironment(tb, variables)
}

func fiftySecrets(tb testing.TB) []byte {
	tb.Helper()
	variables := map[string]string{}
	for i := range 50 {
		variables[fmt.Sprintf("DB_PASSWORD_%d", i)] = "correct-horse-battery-staple"
	}
	return withEnvironment(tb, variables)
}

// fiftyStepPipeline is a Pipeline whose definition is JSON within a string.
func fiftyStepPipeline(tb testing.TB) []byte {
	tb.Helper()
	data, err := json.Marshal(map[string]any{
		"apiVersion": catalog.SageMaker + "/v1alpha1", "kind": "Pipeline", "metadata": map[string]any{"name": "churn"},
		"spec": map[string]any{"pipelineName": "churn", "pipelineDefinition": fiftySteps()},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func withEnvironment(tb testing.TB, variables map[string]string) []byte {
	tb.Helper()
	data, err := json.Marshal(map[string]any{
		"apiVersion": catalog.SageMaker + "/v1alpha1", "kind": "TrainingJob", "metadata": map[string]any{"name": "churn", "namespace": "science"},
		"spec": map[string]any{
			"trainingJobName": "churn", "roleARN": "arn:aws:iam::111122223333:role/science", "environment": variables,
			"outputDataConfig": map[string]any{"s3OutputPath": "s3://artifacts/churn", "kmsKeyID": key},
			"resourceConfig":   map[string]any{"instanceType": "ml.m5.xlarge", "instanceCount": 1, "volumeSizeInGB": 30, "volumeKMSKeyID": key},
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return data
}
