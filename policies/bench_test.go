package policies_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// BenchmarkEvaluate evaluates an object of each kind by every policy: one that
// lacks its keys, the first fixture of the kind that is to be completed, and a
// job with 50 variables. The bar is the time to decode the same object.
func BenchmarkEvaluate(b *testing.B) {
	e := evaluator(b)
	seen := map[string]bool{}
	for _, f := range fixturesOf(b, "*", "fix", "*") {
		if seen[f.object.Kind] || len(f.settings) > 0 {
			continue
		}
		seen[f.object.Kind] = true
		b.Run(f.object.Kind, func(b *testing.B) { benchmarkRatio(b, e, f.world, f.json(b)) })
	}
	for _, f := range fixturesOf(b, "sagemaker-endpoint-key", "pass", "config-with-a-key") {
		b.Run("Endpoint", func(b *testing.B) { benchmarkRatio(b, e, f.world, f.json(b)) })
	}
	b.Run("50-variables", func(b *testing.B) { benchmarkRatio(b, e, policies.Nowhere{}, fiftyVariables(b)) })
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
			evaluate(e, keyed.object, keyed.object.Root, keyed.world)
		}
	})
	b.Run("update/keyless", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			evaluate(e, without.object, without.object.Root, without.world)
		}
	})
}

// BenchmarkEvaluateSize evaluates a tuning job with more and more
// definitions: the time for a byte stays the same.
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

func (m manifest) json(b *testing.B) []byte {
	b.Helper()
	data, err := json.Marshal(m.value)
	if err != nil {
		b.Fatal(err)
	}
	return data
}

// benchmarkRatio evaluates an object and says how much longer that takes than
// to decode it, in the same run.
func benchmarkRatio(b *testing.B, e *policies.Evaluator, world policies.World, data []byte) {
	b.Helper()
	root, err := tree.ParseObject(data)
	if err != nil {
		b.Fatal(err)
	}
	object := policies.NewObject(root)
	judge := func() error { evaluate(e, object, nil, world); return nil }
	b.ReportAllocs()
	for b.Loop() {
		_ = judge()
	}
	judging := fastest(b, judge)
	b.ReportMetric(judging/fastest(b, func() error { _, err := tree.ParseObject(data); return err }), "x-ParseObject")
	b.ReportMetric(judging/fastest(b, func() error { var v any; return json.Unmarshal(data, &v) }), "x-encoding/json")
}

// fastest is what a call takes where nothing else disturbs: the best of some
// rounds, in nanoseconds.
func fastest(b *testing.B, call func() error) float64 {
	b.Helper()
	const rounds, calls = 50, 100
	best := time.Duration(math.MaxInt64)
	for range rounds {
		start := time.Now()
		for range calls {
			if err := call(); err != nil {
				b.Fatal(err)
			}
		}
		best = min(best, time.Since(start))
	}
	return float64(best) / calls
}

func benchmark(b *testing.B, e *policies.Evaluator, m manifest) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		evaluate(e, m.object, nil, m.world)
	}
}

// BenchmarkEvaluateSelectors evaluates in a cluster with an IAMRoleSelector
// for each of many namespaces, as EKS recommends them.
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
