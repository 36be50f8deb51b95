package policies_test

import (
	"testing"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

func TestSageMakerDataSourceFixtures(t *testing.T) { testFixtures(t, "sagemaker-data-source") }

// TestEverySourceIsJudged puts a bad bucket behind each row of the catalog.
func TestEverySourceIsJudged(t *testing.T) {
	e := evaluator(t)
	bucket := policies.NewObject(tree.FromValue(map[string]any{
		"apiVersion": catalog.S3 + "/v1alpha1", "kind": "Bucket", "metadata": map[string]any{"name": "raw", "namespace": "data"},
		"spec": map[string]any{"name": "raw"},
	}))
	for _, s := range catalog.Sources() {
		value := map[string]any{"apiVersion": s.Kind.Group + "/v1alpha1", "kind": s.Kind.Name}
		path := firstElements(tree.MustPath(s.Path))
		value, err := apply(value, []policies.Edit{{Path: path, Value: "s3://raw/a"}}, false)
		if err != nil {
			t.Fatal(err)
		}
		w := &world{objects: []policies.Object{bucket}}
		findings := of("sagemaker-data-source", evaluate(e, policies.NewObject(tree.FromValue(value)), nil, w))
		if len(findings) != 1 || findings[0].Path.String() != path.String() || findings[0].Reason != policies.Missing {
			t.Errorf("%s %s:\n%s", s.Kind.Name, s.Path, report(findings))
		}
	}
}

// firstElements is a pattern with the first element of every list.
func firstElements(pattern tree.Path) tree.Path {
	path := pattern.Clone()
	for i := range path {
		if path[i].IsAny() {
			path[i] = tree.Index(0)
		}
	}
	return path
}

// counting counts the look-ups of buckets.
type counting struct {
	policies.World
	lookups map[string]int
}

func (w counting) Named(kind catalog.Kind, name string) []policies.Object {
	w.lookups[name]++
	return w.World.Named(kind, name)
}

func TestABucketIsLookedUpOnceAnEvaluation(t *testing.T) {
	m := fixturesOf(t, "sagemaker-data-source", "deny", "one-bucket-named-twice-is-told-once")[0].manifest
	m = m.with(t, []policies.Edit{{Path: tree.MustPath("metadata.finalizers[0]"), Value: "finalizers.sagemaker.services.k8s.aws/TrainingJob"}}, false)
	w := counting{m.world, map[string]int{}}
	evaluate(evaluator(t), m.object, nil, w)
	if w.lookups["raw"] != 1 {
		t.Errorf("looked up %d times", w.lookups["raw"])
	}
}

// An update of a job that reads a bad bucket already must go through.
func TestABadBucketFromBeforeIsNotNew(t *testing.T) {
	m := fixturesOf(t, "sagemaker-data-source", "deny", "one-bucket-named-twice-is-told-once")[0].manifest
	m = m.with(t, []policies.Edit{{Path: tree.MustPath("metadata.finalizers[0]"), Value: "finalizers.sagemaker.services.k8s.aws/TrainingJob"}}, false)
	if findings := evaluate(evaluator(t), m.object, m.object.Root, m.world); len(findings) > 0 {
		t.Errorf("an update that changes nothing:\n%s", report(findings))
	}
	first := m.with(t, []policies.Edit{{Path: tree.MustPath("spec.inputDataConfig[0].dataSource.s3DataSource.s3URI"), Value: "s3://good"}}, true)
	for name, pair := range map[string][2]policies.Object{
		"the bucket is written and is now read as well": {first.object, m.object},
		"the bucket is no longer read":                  {m.object, first.object},
	} {
		if findings := evaluate(evaluator(t), pair[1], pair[0].Root, m.world); len(findings) > 0 {
			t.Errorf("%s:\n%s", name, report(findings))
		}
	}
}

// A Bucket that is yet to be created counts with what the webhook will set in it,
// which is nothing where ACK is to adopt what exists, or where S3 delivers logs.
func TestAPlannedBucketCountsAsTheWebhookWillLeaveIt(t *testing.T) {
	for name, tt := range map[string]struct {
		annotations, spec string
		want              int
	}{
		"completed":    {"", "acl: log-delivery-write", 0},
		"adopted":      {"services.k8s.aws/adoption-policy: adopt", "acl: private", 1},
		"full of logs": {"", `policy: '{"Statement":{"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::artifacts/*"}}'`, 1},
		"replicated":   {"", "replication: {role: r, rules: [{destination: {bucket: 'arn:aws:s3:::copy'}}]}", 1},
	} {
		m := load(t, trainingJob+"---\napiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\n"+
			"metadata: {name: b, namespace: science, annotations: {"+tt.annotations+"}}\nspec: {name: artifacts, "+tt.spec+", encryption: {rules: [{}]}}\n")
		m.world.objects[0].Planned = true
		if got := of("sagemaker-data-source", m.findings(evaluator(t))); len(got) != tt.want {
			t.Errorf("%s: want %d findings:\n%s", name, tt.want, report(got))
		}
	}
}
