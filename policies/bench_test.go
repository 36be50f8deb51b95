package policies_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// BenchmarkEvaluate judges an object of each kind that lacks its keys: the
// first fixture of the kind that is to be completed.
func BenchmarkEvaluate(b *testing.B) {
	e := evaluator(b)
	seen := map[string]bool{}
	for _, f := range fixtures(b, "*", "fix", "*.yaml") {
		if seen[f.object.Kind] || len(f.settings) > 0 {
			continue
		}
		seen[f.object.Kind] = true
		b.Run(f.object.Kind, func(b *testing.B) { benchmark(b, e, f.manifest) })
	}
	for _, f := range fixtures(b, "sagemaker-endpoint-key", "pass", "config-with-a-key.yaml") {
		b.Run("Endpoint", func(b *testing.B) { benchmark(b, e, f.manifest) })
	}
}

// BenchmarkEvaluateTrainingJob is the case that counts: with and without its
// keys, created and updated.
func BenchmarkEvaluateTrainingJob(b *testing.B) {
	e := evaluator(b)
	without := load(b, trainingJob)
	keyed := without.with(b, policies.Injections(without.findings(e)), false)
	b.Run("create/keyless", func(b *testing.B) { benchmark(b, e, without) })
	b.Run("create/keyed", func(b *testing.B) { benchmark(b, e, keyed) })
	b.Run("update/keyed", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			e.Evaluate(keyed.object, keyed.object.Root, keyed.world)
		}
	})
	b.Run("update/keyless", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			e.Evaluate(without.object, without.object.Root, without.world)
		}
	})
}

// BenchmarkEvaluateSize judges a tuning job with more and more definitions:
// the time for a byte stays the same.
func BenchmarkEvaluateSize(b *testing.B) {
	e := evaluator(b)
	for _, size := range []struct {
		name        string
		definitions int
	}{{"4KB", 8}, {"40KB", 80}, {"400KB", 800}} {
		definitions := strings.Repeat(`{"outputDataConfig":{"s3OutputPath":"s3://artifacts/tune"},"resourceConfig":{"instanceType":"ml.m5.xlarge"},`+
			`"staticHyperParameters":{`+padding()+`}},`, size.definitions)
		data := fmt.Sprintf(`{"apiVersion":"sagemaker.services.k8s.aws/v1alpha1","kind":"HyperParameterTuningJob","spec":{"trainingJobDefinitions":[%s]}}`, strings.TrimSuffix(definitions, ","))
		root, err := tree.ParseJSON([]byte(data))
		if err != nil {
			b.Fatal(err)
		}
		m := manifest{object: policies.NewObject(root), world: &world{}}
		b.Run(size.name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			benchmark(b, e, m)
		})
	}
}

func padding() string {
	var fields []string
	for i := range 15 {
		fields = append(fields, fmt.Sprintf(`"parameter-%d":"value"`, i))
	}
	return strings.Join(fields, ",")
}

func benchmark(b *testing.B, e *policies.Evaluator, m manifest) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		e.Evaluate(m.object, nil, m.world)
	}
}

// BenchmarkEvaluateSelectors judges in a cluster with an IAMRoleSelector for
// each of many namespaces, as EKS recommends them.
func BenchmarkEvaluateSelectors(b *testing.B) {
	e := evaluator(b)
	m := load(b, trainingJob)
	for _, n := range []int{0, 1, 100, 1000} {
		m.world.roles.Selectors = nil
		for i := range n {
			m.world.roles.Selectors = append(m.world.roles.Selectors, &policies.RoleSelector{
				Name: fmt.Sprint("team-", i), ARN: "arn:aws:iam::111122223333:role/ack", Namespaces: []string{fmt.Sprint("team-", i)},
			})
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmark(b, e, m) })
	}
}
