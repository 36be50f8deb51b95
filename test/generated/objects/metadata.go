package objects

import "github.com/cmkgate/cmkgate/policies/catalog"

// metadata makes what stands in metadata; CRDs say nothing about it.
func (g *Generator) metadata(kind catalog.Kind) map[string]any {
	out := map[string]any{"name": "generated", "namespace": pick(g, "science", "science", "fraud-eu", "sandbox-a", "legacy")}
	if g.chance(5) {
		delete(out, "namespace")
	}
	if g.chance(3) {
		delete(out, "name")
		out["generateName"] = "generated-"
	}
	if g.chance(50) {
		out["annotations"] = g.annotations()
	}
	if g.chance(25) {
		out["labels"] = map[string]any{"app": "churn", "services.k8s.aws/region": "us-east-1"}
	}
	if g.chance(20) {
		out["finalizers"] = pick(g,
			[]any{"finalizers." + kind.Group + "/" + kind.Name},
			[]any{"finalizers.sagemaker.services.k8s.aws/TrainingJob"},
			[]any{"finalizers.s3.services.k8s.aws/Bucket", "example.com/keep"},
			[]any{"example.com/keep"}, []any{})
	}
	if g.chance(4) {
		out["deletionTimestamp"] = pick[any](g, "2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z", nil)
	}
	if g.chance(10) {
		out["managedFields"] = []any{map[string]any{
			"manager": "kubectl", "operation": "Update", "fieldsType": "FieldsV1",
			"fieldsV1": map[string]any{"f:spec": map[string]any{"f:kmsKeyID": map[string]any{}, ".": nil}},
		}}
	}
	return out
}

func (g *Generator) annotations() map[string]any {
	out := map[string]any{}
	if g.chance(50) {
		out["services.k8s.aws/region"] = region(g)
	}
	if g.chance(30) {
		out["services.k8s.aws/adoption-policy"] = pick(g, "adopt", "adopt-or-create", "none", "")
	}
	if g.chance(15) {
		out["services.k8s.aws/read-only"] = pick(g, "true", "false", "")
	}
	if g.chance(10) {
		out["services.k8s.aws/deletion-policy"] = "retain"
	}
	if g.chance(10) {
		out["services.k8s.aws/ignore-field-drift"] = "spec.kmsKeyID"
	}
	if g.chance(30) {
		out["example.com/note"] = words(g)
	}
	return out
}
