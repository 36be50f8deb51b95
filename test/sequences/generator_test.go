package sequences

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/cmkgate/cmkgate/test/ack/controllers"
)

// How many plans of operations on the lab there are. Sequences with the same plan are played together, so a sequence's plan
// follows from its seed alone.
const plans = 8

// generator makes one sequence. All that it decides follows from the seed.
type generator struct {
	random *rand.Rand
	kinds  []kind
	out    []operation
}

// generate makes the sequence of a seed.
func generate(seed int64) (sequence, error) {
	g := &generator{random: rand.New(rand.NewPCG(uint64(seed), 0))}
	g.chooseKinds()
	for step, planned := range plan(int(seed % plans)) {
		if planned.isGlobal() {
			g.out = append(g.out, operation{Do: planned})
			continue
		}
		o, err := g.operation(step)
		if err != nil {
			return sequence{}, err
		}
		g.out = append(g.out, o)
	}
	return sequence{name: "generated", seed: seed, operations: g.out}, nil
}

// plan is what happens at each step: an operation on the lab, or what people like.
func plan(number int) []verb {
	const people = doNothing
	switch number {
	case 1: // a rollout: what is there before enforcement
		return []verb{doAudit, people, people, doEnforce, people, people, people, people}
	case 2: // no replica of cmkgate for a while
		return []verb{people, people, doStopWebhook, people, people, doStartWebhook, people, people}
	case 3: // no controllers for a while
		return []verb{people, people, doStopControllers, people, people, doStartControllers, people, people}
	case 4: // another way to other accounts
		return []verb{doUseSelectors, people, people, people, people, people, people}
	case 5: // a restart in the middle, which does what time does otherwise
		return []verb{people, people, people, doRestartControllers, people, people, people}
	case 6: // a rollout while the controllers stand still, and cmkgate is away when they come back
		return []verb{doAudit, people, people, doEnforce, doStopControllers, people, people, doStopWebhook, doStartControllers, people}
	default:
		return []verb{people, people, people, people, people, people, people}
	}
}

// chooseKinds takes one kind, with what it is made of.
func (g *generator) chooseKinds() {
	all := kinds()
	chosen := all[g.random.IntN(len(all))]
	if g.chance(10) {
		chosen, _ = kindNamed("Bucket") // it alone has keys that change
	}
	g.kinds = []kind{chosen}
	for _, name := range chosen.needs {
		k, _ := kindNamed(name)
		g.kinds = append(g.kinds, k)
	}
}

func (g *generator) chance(percent int) bool { return g.random.IntN(100) < percent }

func pick[T any](g *generator, of ...T) T { return of[g.random.IntN(len(of))] }

func (g *generator) kind() kind { return g.kinds[g.random.IntN(len(g.kinds))] }

// operation is what people do. The first steps make something; the later ones change it.
func (g *generator) operation(step int) (operation, error) {
	o := operation{}
	if g.chance(20) {
		o.As = pick(g, users()...)
	}
	early := step < 2
	switch roll := g.random.IntN(100); {
	case early && roll < 25:
		return g.existing(), nil
	case early || roll < 25:
		o.Do = pick(g, doCreate, doCreate, doApply, doServerSideApply, doDryRun)
	case roll < 40:
		o.Do = pick(g, doApply, doServerSideApply, doReplace)
	case roll < 50:
		o.Do, o.Object = doDelete, g.object(g.kind())
		return o, nil
	case roll < 56:
		return g.elsewhere(), nil
	default:
		return g.patch(o), nil
	}
	for i, k := range slices.Backward(g.kinds) { // what others are made of comes first
		if i > 0 && g.chance(40) {
			continue
		}
		manifest, err := g.manifest(k)
		if err != nil {
			return o, err
		}
		o.Manifests = append(o.Manifests, manifest)
	}
	return o, nil
}

// scene starts the names of all objects; other is a second name in AWS.
const scene, other = "$S-a", "$S-b"

func called(scene string, k kind) string { return scene + "-" + strings.ToLower(k.name) }

func (g *generator) object(k kind) string { return k.name + "/" + called(scene, k) }

func (g *generator) existing() operation {
	k := g.kind()
	return operation{Do: doExist, Kind: k.name, Name: called(pick(g, scene, scene, other), k), Key: pick(g, "", ownKey, defaultKey)}
}

// elsewhere moves the namespace to another region or account.
func (g *generator) elsewhere() operation {
	if g.chance(20) {
		return operation{Do: doSelectRole}
	}
	const region, account = "services.k8s.aws/default-region", "services.k8s.aws/owner-account-id"
	return operation{Do: doAnnotateNamespace, Annotations: pick(g,
		map[string]any{region: "us-east-1"}, map[string]any{region: nil}, map[string]any{region: "mars-1"},
		map[string]any{account: partnerAccount}, map[string]any{account: nil},
	)}
}

// manifest is an object as a person writes it, or somebody who wants more than a person.
func (g *generator) manifest(k kind) (map[string]any, error) {
	manifest, err := controllers.Manifest(k.name, scene, pick(g, ebs, ebs, ebs, ebs, ebs, local))
	if err != nil {
		return nil, err
	}
	if g.chance(30) {
		withKey(manifest, g.key())
	}
	if g.chance(10) && k.identity != "" {
		_ = unstructured.SetNestedField(manifest.Object, called(other, k), "spec", k.identity)
	}
	if k.name == "Bucket" {
		g.bucket(manifest)
	}
	if g.chance(8) {
		delete(manifest.Object, "spec")
	}
	g.forge(k, manifest)
	return manifest.Object, nil
}

func (g *generator) key() string {
	return pick(g, ownKey, ownKey, defaultKey, foreignKey, "alias/aws/s3", "", "arn:aws:kms:us-east-1:111122223333:key/44444444-4444-4444-4444-444444444444")
}

// bucket has the settings that excuse a bucket from its key, or seem to.
func (g *generator) bucket(manifest *unstructured.Unstructured) {
	if g.chance(15) {
		_ = unstructured.SetNestedField(manifest.Object, "log-delivery-write", "spec", "acl")
	}
	if g.chance(15) {
		_ = unstructured.SetNestedField(manifest.Object, g.logPolicy(), "spec", "policy")
	}
	if g.chance(15) {
		_ = unstructured.SetNestedField(manifest.Object, encryption("AES256", ""), "spec", "encryption")
	}
}

func (g *generator) logPolicy() string {
	statement := map[string]any{
		"Effect": pick(g, "Allow", "Allow", "Deny"), "Principal": map[string]any{"Service": pick(g, "logging.s3.amazonaws.com", "logdelivery.elasticloadbalancing.amazonaws.com")},
		"Action": pick(g, "s3:PutObject", "s3:GetBucketLocation"), "Resource": "arn:aws:s3:::" + called(scene, kind{name: "Bucket"}) + "/*",
	}
	if g.chance(30) {
		statement["Condition"] = map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": "000000000000"}}
	}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{statement}})
	if err != nil {
		return "" // strings cannot fail
	}
	return string(text)
}

// forge gives an object what only ACK, or only the API server, would.
func (g *generator) forge(k kind, manifest *unstructured.Unstructured) {
	if g.chance(30) {
		manifest.SetFinalizers(g.finalizers(k))
	}
	if g.chance(40) {
		annotations := map[string]string{}
		for range 1 + g.random.IntN(2) {
			name, value := g.annotation(k)
			annotations[name] = value
		}
		manifest.SetAnnotations(annotations)
	}
	if g.chance(10) {
		_ = unstructured.SetNestedField(manifest.Object, pick(g, "2001-01-01T00:00:00Z", "2101-01-01T00:00:00Z"), "metadata", "creationTimestamp")
	}
	if g.chance(8) {
		_ = unstructured.SetNestedSlice(manifest.Object, []any{map[string]any{
			"apiVersion": "v1", "kind": "Namespace", "name": "kube-system", "uid": "00000000-0000-0000-0000-000000000000",
		}}, "metadata", "ownerReferences")
	}
	if g.chance(15) {
		manifest.Object["status"] = g.status(k)["status"] // the API server drops it
	}
}

func (g *generator) finalizers(k kind) []string {
	return pick(g, []string{k.finalizer()}, []string{k.finalizer()}, []string{"example.com/mine"},
		[]string{"finalizers." + k.service() + ".services.k8s.aws/Other"}, []string{k.finalizer() + "s"})
}

func (g *generator) annotation(k kind) (name, value string) {
	const ack = "services.k8s.aws/"
	named, err := json.Marshal(map[string]string{k.identity: called(pick(g, scene, other), k)})
	if err != nil {
		named = nil // strings cannot fail
	}
	all := [][2]string{
		{ack + "adoption-policy", "adopt"}, {ack + "adoption-policy", "adopt"}, {ack + "adoption-policy", "adopt-or-create"}, {ack + "adoption-policy", "nonsense"},
		{ack + "adoption-fields", string(named)}, {ack + "adoption-fields", string(named)}, {ack + "adoption-fields", "{}"},
		{ack + "adopted", "true"}, {ack + "read-only", "true"}, {ack + "read-only", "false"}, {ack + "deletion-policy", "retain"},
		{ack + "region", pick(g, "us-east-1", "eu-west-1", "ap-southeast-2")}, {ack + "owner-account-id", partnerAccount},
		{ack + "ignore-field-drift", pick(g, "spec.encryption", "spec.outputDataConfig", "spec")},
		{"cmkgate.io/exempt", "true"}, {"example.com/note", "seen"},
	}
	one := all[g.random.IntN(len(all))]
	return one[0], one[1]
}

// patch changes what is there.
func (g *generator) patch(o operation) operation {
	k := g.kind()
	o.Do, o.Object = doPatch, g.object(k)
	switch g.random.IntN(8) {
	case 0, 1:
		name, value := g.annotation(k)
		o.Patch = metadata("annotations", map[string]any{name: pick[any](g, value, value, nil)})
	case 2:
		var finalizers any
		if g.chance(60) {
			finalizers = g.finalizers(k)
		}
		o.Patch = metadata("finalizers", finalizers)
	case 3:
		o.Patch = metadata("labels", map[string]any{"team": pick[any](g, "churn", nil), "cmkgate.io/exempt": "true"})
	case 4:
		o.Subresource, o.Patch = "status", g.status(k)
	case 5:
		if k.identity != "" {
			o.Patch = map[string]any{"spec": map[string]any{k.identity: called(pick(g, scene, other), k)}}
			break
		}
		fallthrough
	case 6:
		o.Patch = map[string]any{"spec": map[string]any{"tags": []any{map[string]any{"key": "team", "value": "churn"}}}}
	default:
		o.Patch = g.keyPatch(k)
	}
	return o
}

func metadata(name string, value any) map[string]any {
	return map[string]any{"metadata": map[string]any{name: value}}
}

// keyPatch changes, empties or takes away the keys of an object, as far as a merge patch reaches.
func (g *generator) keyPatch(k kind) map[string]any {
	key := pick[any](g, nil, nil, g.key())
	if k.name == "Bucket" {
		return map[string]any{"spec": map[string]any{"encryption": pick[any](g, nil, encryption("AES256", ""), encryption("aws:kms", g.key()))}}
	}
	places := map[string]any{
		"TrainingJob":      map[string]any{"outputDataConfig": map[string]any{"kmsKeyID": key}, "resourceConfig": map[string]any{"volumeKMSKeyID": key}},
		"ProcessingJob":    map[string]any{"processingOutputConfig": map[string]any{"kmsKeyID": key}},
		"TransformJob":     map[string]any{"transformOutput": map[string]any{"kmsKeyID": key}},
		"LabelingJob":      map[string]any{"outputConfig": map[string]any{"kmsKeyID": key}},
		"FeatureGroup":     map[string]any{"offlineStoreConfig": map[string]any{"s3StorageConfig": map[string]any{"kmsKeyID": key}}},
		"EndpointConfig":   map[string]any{"kmsKeyID": key, "dataCaptureConfig": map[string]any{"kmsKeyID": key}},
		"Endpoint":         map[string]any{"endpointConfigName": called(pick(g, scene, other), kind{name: "EndpointConfig"})},
		"NotebookInstance": map[string]any{"kmsKeyID": key, "instanceType": pick(g, "ml.t3.medium", "ml.t3.large")},
		"Domain":           map[string]any{"kmsKeyID": key},
	}
	if spec, ok := places[k.name]; ok {
		return map[string]any{"spec": spec}
	}
	return map[string]any{"spec": map[string]any{"kmsKeyID": key}}
}

// status is what a person with rights on the status may claim.
func (g *generator) status(k kind) map[string]any {
	conditionOf := func(name, status string) any {
		return []any{map[string]any{"type": name, "status": status, "message": "forged"}}
	}
	return map[string]any{"status": pick(g,
		map[string]any{"ackResourceMetadata": nil},
		map[string]any{"ackResourceMetadata": map[string]any{
			"arn": "arn:aws:sagemaker:eu-west-1:111122223333:" + strings.ToLower(k.name) + "/" + called(scene, k), "ownerAccountID": "111122223333", "region": "eu-west-1",
		}},
		map[string]any{"conditions": conditionOf("ACK.Terminal", "True")},
		map[string]any{"conditions": conditionOf("ACK.ResourceSynced", "True")},
		map[string]any{"conditions": nil},
	)}
}
