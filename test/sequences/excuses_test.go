package sequences

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/cmkgate/cmkgate/test/ack/aws"
	"github.com/cmkgate/cmkgate/test/ack/controllers"
)

// excused reports whether cmkgate said of the place, or of the object as a whole, that it cannot tell, or that there is an
// exemption, and said so of the spec that ACK works from. What is created is all in the object: only what it leans on can
// be unknown then.
func (s *side) excused(r aws.Resource, place string, isNew bool) bool {
	leans := strings.Contains(place, " > ") || strings.HasSuffix(place, "Name") || strings.HasSuffix(place, "Id") && !strings.Contains(place, "Kms")
	leaf := place[strings.LastIndex(place, ".")+1:]
	return slices.ContainsFunc(s.reports, func(f report) bool {
		switch {
		case f.kind != r.Kind || f.mode == "Enforce" || f.look < s.specs[f.kind]:
			return false
		case f.reason == "unverifiable" && isNew && !leans:
			return false
		case !slices.Contains([]string{"unverifiable", "exempt", "unproven", "blocked"}, f.reason):
			return false
		case !strings.Contains(strings.ToLower(f.path), "key"):
			return true
		}
		return strings.HasSuffix(strings.ToLower(f.path), strings.ToLower(leaf))
	})
}

// isLegacy reports whether a resource is made from an object that stood in etcd before enforcement, and of which nothing
// was changed since that cmkgate is asked about. What makes ACK create it then is a status, a namespace or a restart.
func (p *play) isLegacy(r aws.Resource) bool {
	k, _ := kindNamed(r.Kind)
	enforced := slices.IndexFunc(p.operations, func(o operation) bool { return o.Do == doEnforce })
	if enforced < 0 || forgedFinalizer(k, p.admittedSince(enforced)) {
		return false
	}
	for id, old := range p.guarded.legacy {
		now, there := p.guarded.now.objects[id]
		if !there || now.GetKind() != r.Kind || now.GetUID() != old.GetUID() {
			continue
		}
		name, _, _ := unstructured.NestedString(now.Object, "spec", k.identity)
		was, _, _ := unstructured.NestedString(old.Object, "spec", k.identity)
		if k.name == "PipelineExecution" { // AWS numbers those of a Pipeline
			name, was = r.Name, r.Name
		}
		if name == r.Name && was == name && maps.Equal(controllers.Keys(asked(old)), controllers.Keys(asked(now))) &&
			maps.Equal(ofACK(old), ofACK(now)) {
			return true
		}
	}
	return false
}

// admittedSince are the operations from a step on that were carried out.
func (p *play) admittedSince(step int) []operation {
	var out []operation
	for ; step < min(len(p.operations), len(p.outcomes)); step++ {
		if p.outcomes[step].err == nil {
			out = append(out, p.operations[step])
		}
	}
	return out
}

// ofACK are the annotations that ACK reads.
func ofACK(object *unstructured.Unstructured) map[string]string {
	annotations := maps.Clone(object.GetAnnotations())
	maps.DeleteFunc(annotations, func(name, _ string) bool { return !strings.HasPrefix(name, "services.k8s.aws/") })
	return annotations
}

// moved reports whether the namespace was moved to another region or account. What AWS did not have by then keeps the key of
// the old place, which AWS refuses in the new one: nothing is lost, but the twin, without a key, gets its resource.
func (p *play) moved() bool {
	return slices.ContainsFunc(p.operations, func(o operation) bool { return o.Do == doAnnotateNamespace || o.Do == doSelectRole })
}

// tookOver reports whether an object of a kind was made to stand for a resource that AWS had before: it was given another
// name after ACK had made a resource for it, or ACK's finalizer by hand. Without cmkgate it may look as if the resource had
// been the object's all along; with the key that the object got at its creation ACK refuses it, or makes AWS what the
// manifest says, as it would for a new object of that name.
func (p *play) tookOver(k kind) bool {
	for _, o := range p.operations {
		if o.Do != doExist || o.Kind != k.name || !p.named(k, o.Name) {
			continue
		}
		if forgedFinalizer(k, p.operations) {
			return true
		}
		for call := range p.guardedChanges {
			if made, isCreation := strings.CutPrefix(call, creation(k.name)+" "); isCreation && made != o.Name {
				return true
			}
		}
	}
	return false
}

// named reports whether somebody gave an object of the kind a name in AWS.
func (p *play) named(k kind, name string) bool {
	return wrote(k, p.operations, func(m map[string]any) bool {
		given, _, _ := unstructured.NestedString(m, "spec", k.identity)
		return given == name
	})
}

// forgedFinalizer reports whether somebody gave an object of the kind ACK's finalizer.
func forgedFinalizer(k kind, operations []operation) bool {
	return wrote(k, operations, func(m map[string]any) bool {
		finalizers, _, _ := unstructured.NestedFieldNoCopy(m, "metadata", "finalizers")
		return strings.Contains(fmt.Sprint(finalizers), k.finalizer()+"]")
	})
}

// wrote reports whether a manifest of the kind, or a patch of an object of it, is one that is looked for.
func wrote(k kind, operations []operation, is func(map[string]any) bool) bool {
	return slices.ContainsFunc(operations, func(o operation) bool {
		if strings.HasPrefix(o.Object, k.name+"/") && is(o.Patch) {
			return true
		}
		return slices.ContainsFunc(o.Manifests, func(m map[string]any) bool { return m["kind"] == k.name && is(m) })
	})
}

// ofTakenOver reports whether a call changes what an object may have taken over.
func (p *play) ofTakenOver(call string) bool {
	for _, k := range kinds() {
		for _, verb := range []string{"Update", "Stop", "Start"} {
			if strings.HasPrefix(call, verb+k.name+" ") {
				return p.tookOver(k)
			}
		}
	}
	return false
}

// ofItsOwnKey reports whether a call put the encryption that cmkgate gave a bucket which ACK made, or which it was asked
// to adopt and to make as the manifest says.
func (p *play) ofItsOwnKey(call string) bool {
	name, isPut := strings.CutPrefix(call, "PutBucketEncryption ")
	return isPut && (p.guardedChanges["CreateBucket "+name] > 0 || p.adoptsOrCreates(name))
}

func (p *play) adoptsOrCreates(bucket string) bool {
	for _, o := range p.operations {
		for _, m := range o.Manifests {
			policy, _, _ := unstructured.NestedString(m, "metadata", "annotations", "services.k8s.aws/adoption-policy")
			name, _, _ := unstructured.NestedString(m, "spec", "name")
			if m["kind"] == "Bucket" && name == bucket && policy == "adopt-or-create" {
				return true
			}
		}
	}
	return false
}
