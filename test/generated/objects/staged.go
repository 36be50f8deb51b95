package objects

import "github.com/cmkgate/cmkgate/policies/catalog"

// Staged puts an object at some stage of its way through ACK, forged ones
// included: annotations, finalizers, generation, status and the spec itself
// change independently of each other. It changes the object that it is given.
func (g *Generator) Staged(kind catalog.Kind, object map[string]any) map[string]any {
	metadata := mapIn(object, "metadata")
	annotations := mapIn(metadata, "annotations")
	g.redraw(annotations, "services.k8s.aws/adoption-policy", "adopt", "adopt", "adopt", "adopt-or-create", "nonsense", "")
	g.redraw(annotations, "services.k8s.aws/adopted", "true", "true", "True", "false", "")
	g.redraw(annotations, "services.k8s.aws/read-only", "true", "TRUE", "false")
	g.redraw(annotations, "services.k8s.aws/region", "us-east-1", "")
	own := "finalizers." + kind.Group + "/" + kind.Name
	g.redraw(metadata, "finalizers", []any{own}, []any{"example.com/keep", own}, []any{own + "s"}, []any{"finalizers.s3.services.k8s.aws/Other"}, []any{})
	g.redraw(metadata, "generation", int64(1), int64(1), int64(2))
	status := mapIn(object, "status")
	g.redraw(status, "ackResourceMetadata", map[string]any{"arn": "arn:aws:x:eu-west-1:111122223333:x", "region": "eu-west-1"}, map[string]any{"arn": ""}, map[string]any{})
	if g.chance(8) {
		delete(object, "spec")
	}
	return object
}

// Adopted puts an object between the two writes by which ACK adopts. It changes
// the object that it is given.
func (g *Generator) Adopted(kind catalog.Kind, object map[string]any) map[string]any {
	metadata := mapIn(object, "metadata")
	annotations := mapIn(metadata, "annotations")
	annotations["services.k8s.aws/adoption-policy"], annotations["services.k8s.aws/adopted"] = "adopt", "true"
	metadata["finalizers"] = []any{"finalizers." + kind.Group + "/" + kind.Name}
	metadata["generation"] = pick(g, int64(1), int64(1), int64(2))
	return object
}

// redraw gives a field another value half of the time, or takes it away.
func (g *Generator) redraw(in map[string]any, field string, values ...any) {
	switch {
	case g.chance(50):
	case g.chance(30):
		delete(in, field)
	default:
		in[field] = pick(g, values...)
	}
}

func mapIn(in map[string]any, field string) map[string]any {
	m, ok := in[field].(map[string]any)
	if !ok {
		m = map[string]any{}
		in[field] = m
	}
	return m
}
