package policies

import (
	"strconv"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// transitInterContainer requires that the instances of one job talk to each
// other under encryption.
func transitInterContainer() Policy {
	rows, reads, anchors := traffics(), map[catalog.Kind][]string{}, map[catalog.Kind][]string{}
	p := Policy{
		ID:       "transit-inter-container",
		Title:    "Traffic between the containers of a job is encrypted",
		Protects: "data in transit between the instances of distributed training, processing and monitoring",
		Default:  Warn,
		Reads:    reads,
		Anchors:  anchors,
		check:    func(e *evaluation) { checkTraffic(e, rows[e.kind()]) },
		Doc: `A job on more than one instance sends its data, or weights derived from it, from container to container.
SageMaker encrypts that traffic only if enableInterContainerTrafficEncryption is true: on training jobs,
on the definitions of tuning jobs, and in the networkConfig of processing jobs, monitoring job definitions and
monitoring schedules. Security Hub requires the same of monitoring (SageMaker.9, .10, .13, .15 and .22).

Nothing is required with one instance, or if the manifest does not say how many there are: a single instance has no such
traffic. Encryption can slow down training with much traffic, so cmkgate reports it and never sets it.

**How to satisfy it.**

` + "```yaml" + `
kind: TrainingJob
spec:
  trainingJobName: churn
  resourceConfig:
    instanceCount: 2
  enableInterContainerTrafficEncryption: true
` + "```" + `

With your own VPC, its security groups must allow UDP port 500 and the protocol ESP (50) between the instances.`,
	}
	for _, t := range catalog.TrafficFields() {
		if reads[t.Kind] == nil {
			p.Kinds = append(p.Kinds, t.Kind)
		}
		reads[t.Kind] = append(reads[t.Kind], t.Reads()...)
		anchors[t.Kind] = append(anchors[t.Kind], t.Under)
	}
	return p
}

// traffic is a row of the catalog with its paths parsed.
type traffic struct {
	path      tree.Path
	under     int
	instances []tree.Path
}

func traffics() map[catalog.Kind][]traffic {
	out := map[catalog.Kind][]traffic{}
	for _, row := range catalog.TrafficFields() {
		t := traffic{path: tree.MustPath(row.Path), under: len(tree.MustPath(row.Under))}
		for _, instances := range row.Instances {
			t.instances = append(t.instances, tree.MustPath(instances))
		}
		out[row.Kind] = append(out[row.Kind], t)
	}
	return out
}

// checkTraffic says nothing of how many instances there are: an object from
// before cmkgate may be scaled. False and absent get the same words, since ACK
// writes false if nothing stood (late initialization).
func checkTraffic(e *evaluation, rows []traffic) {
	if e.observes {
		return
	}
	for i := range rows {
		t := &rows[i]
		t.path.Walk(e.object.Root, t.under, func(path tree.Path, value *tree.Node) {
			if !e.checksPlace() || value.True() || !e.distributed(t, path) {
				return
			}
			at := path.Clone()
			e.report(Finding{
				Reason:  UnencryptedTraffic,
				Path:    at,
				Problem: "the traffic between the instances of this job is not encrypted.",
				Remedy:  "Set it to true.",
				Fix:     []Edit{{Path: at, Value: true}},
			})
		})
	}
}

// distributed reports whether there is more than one instance. A count that
// is absent, or no number, counts for nothing.
func (e *evaluation) distributed(t *traffic, path tree.Path) bool {
	total := 0
	for _, instances := range t.instances {
		pattern := instances.Bind(path)
		e.search.walk(pattern, len(pattern), func(_ tree.Path, count *tree.Node) {
			if n, err := strconv.Atoi(count.Text()); err == nil && count.Kind() == tree.Number && n > 0 {
				total = min(total+min(n, 2), 2)
			}
		})
	}
	return total > 1
}
