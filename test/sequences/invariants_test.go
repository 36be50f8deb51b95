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

// invariant is what must hold whatever people do.
type invariant string

const (
	// While policies are enforced, no call leaves a resource in AWS without a key that the organization trusts, unless that
	// was reported as unverifiable or exempt. What was so before is none of it.
	everyKey invariant = "1: AWS has a resource without a trusted key"
	// Nothing in AWS changes that would not in the twin.
	noOtherChange invariant = "2: AWS changed what no user changed"
	// Nothing goes Terminal, stops or loops that would not in the twin.
	noHarm invariant = "3: a resource suffers from cmkgate"
	// Deletions end.
	deletionsEnd invariant = "4: a deletion does not end"
	// What etcd shows as a key is what AWS has, or it is reported, or the object does not claim to be ready.
	sameKey invariant = "5: etcd shows a key that AWS has not"
	// A fixed sequence expects an answer, or calls.
	asExpected invariant = "the sequence does not end as it is written"
)

type violation struct {
	invariant invariant
	step      int
	text      string
}

// broken starts what is said of a violation.
const broken = "BROKEN after step "

func (v violation) String() string {
	return fmt.Sprintf("%s%d: %s: %s", broken, v.step+1, v.invariant, v.text)
}

func (p *play) violate(i invariant, step int, format string, args ...any) {
	p.violations = append(p.violations, violation{invariant: i, step: step, text: p.guarded.neutral(fmt.Sprintf(format, args...))})
}

// judge checks a step against the invariants that need no twin.
func (p *play) judge(step int, enforced, controllersUp bool) {
	for _, r := range p.guarded.now.changes {
		if r.Succeeded() && !ownAffair(&r) {
			p.guardedChanges[r.Operation+" "+p.guarded.neutral(r.Name)]++
		}
	}
	for _, r := range p.twin.now.changes {
		if r.Succeeded() {
			p.twinChanges[r.Operation+" "+p.twin.neutral(r.Name)]++
		}
	}
	if enforced {
		p.judgeKeys(step)
	}
	if controllersUp { // what an object says of itself is old otherwise
		p.judgeEtcd(step)
	}
	p.judgeCalls(step)
}

// ownAffair is about calls that ACK makes for reasons of its own, some of them each time that it looks: it tags every
// bucket, and takes away the encryption that S3 gives a bucket whose object says nothing of any.
func ownAffair(r *aws.Request) bool {
	return r.Operation == "PutBucketTagging" || r.Operation == "DeleteBucketEncryption" && len(missingIn(r.Before, r)) > 0
}

func missingIn(members map[string]any, r *aws.Request) map[string]string {
	return missing(aws.Resource{Kind: kindOf(r), Name: r.Name, Account: r.Account, Region: r.Region, Members: members}, nowhere)
}

func nowhere(string, string) (aws.Resource, bool) { return aws.Resource{}, true }

// kindOf is what a call changes.
func kindOf(r *aws.Request) string {
	if r.Service == "s3" {
		return "Bucket"
	}
	for _, verb := range []string{"Create", "Update", "Delete", "Start", "Stop"} {
		if k, ok := strings.CutPrefix(r.Operation, verb); ok {
			return k
		}
	}
	return r.Operation
}

func (p *play) judgeKeys(step int) {
	find := p.guarded.now.find
	for i := range p.guarded.now.changes {
		r := &p.guarded.now.changes[i]
		if !r.Succeeded() || r.Service == "s3" || r.After == nil {
			continue
		}
		after := aws.Resource{Kind: kindOf(r), Name: r.Name, Account: r.Account, Region: r.Region, Members: r.After}
		before := after
		before.Members = r.Before
		p.leaked(step, r.Operation, after, missing(before, find), missing(after, find))
	}
	for at, bucket := range p.guarded.now.resources {
		if bucket.Kind != "Bucket" || !p.guarded.changed(bucket.Name) { // ACK encrypts a bucket in a call of its own
			continue
		}
		p.leaked(step, "what was put", bucket, missing(p.guarded.before.resources[at], find), missing(bucket, find))
	}
}

func (p *play) leaked(step int, call string, r aws.Resource, before, after map[string]string) {
	for _, place := range slices.Sorted(maps.Keys(after)) {
		if _, was := before[place]; was || p.guarded.excused(r, place, len(before) == 0) || p.isLegacy(r) {
			continue
		}
		p.violate(everyKey, step, "%s of %s %s: %s: %s", call, r.Kind, r.Name, place, after[place])
	}
}

func (o *observation) find(kindName, name string) (aws.Resource, bool) {
	for _, r := range o.resources {
		if r.Kind == kindName && r.Name == name {
			return r, true
		}
	}
	return aws.Resource{}, false
}

func (s *side) changed(name string) bool {
	return slices.ContainsFunc(s.now.changes, func(r aws.Request) bool { return r.Name == name && r.Succeeded() })
}

// judgeEtcd compares keys of objects that are ready with those that AWS has.
func (p *play) judgeEtcd(step int) {
	for id, object := range p.guarded.now.objects {
		if !ready(object) || object.GetDeletionTimestamp() != nil {
			continue
		}
		there := p.guarded.resourcesOf(object)
		for place, key := range controllers.Keys(asked(object)) {
			has := slices.ContainsFunc(there, func(r aws.Resource) bool { return controllers.Keys(r.Members)[place] == key })
			if len(there) > 0 && !has && !p.guarded.reported(object, place) {
				p.violate(sameKey, step, "%s shows %s: %s, AWS has %q", id, place, key, controllers.Keys(there[0].Members)[place])
			}
		}
	}
}

func (s *side) reported(object *unstructured.Unstructured, place string) bool {
	leaf := place[strings.LastIndex(place, ".")+1:]
	return slices.ContainsFunc(s.reports, func(f report) bool {
		return f.kind == object.GetKind() && f.name == object.GetName() && (strings.HasSuffix(strings.ToLower(f.path), leaf) || f.reason == "unverifiable")
	})
}

// asked is the part of an object that the call which carries the keys repeats.
func asked(object *unstructured.Unstructured) any {
	spec, _, _ := unstructured.NestedMap(object.Object, "spec")
	if object.GetKind() == "Bucket" {
		return spec["encryption"]
	}
	return spec
}

func ready(object *unstructured.Unstructured) bool {
	status, _ := controllers.Condition(object, "Ready")
	terminal, _ := controllers.Condition(object, "ACK.Terminal")
	return status == "True" && terminal != "True"
}

// resourcesOf are what AWS has under the name that the object gives it, in whatever region. AWS names some kinds itself:
// there another name in the spec changes nothing, and the ARN in the status tells.
func (s *side) resourcesOf(object *unstructured.Unstructured) []aws.Resource {
	k, _ := kindNamed(object.GetKind())
	name, _, _ := unstructured.NestedString(object.Object, "spec", k.identity)
	arn, _, _ := unstructured.NestedString(object.Object, "status", "ackResourceMetadata", "arn")
	if byARN := arn != "" && (k.name == "Domain" || k.name == "ModelPackage"); byARN {
		name = arn[strings.LastIndexByte(arn, '/')+1:]
	}
	var out []aws.Resource
	for _, r := range s.now.resources {
		if r.Kind == k.name && r.Name == name {
			out = append(out, r)
		}
	}
	return out
}

// judgeCalls is for fixed sequences that say what AWS is to be asked for in a step.
func (p *play) judgeCalls(step int) {
	if step >= len(p.operations) || p.operations[step].AWS == nil {
		return
	}
	got := []string{}
	for _, r := range p.guarded.now.changes {
		if r.Succeeded() && !ownAffair(&r) {
			got = append(got, r.Operation)
		}
	}
	slices.Sort(got)
	if got = slices.Compact(got); !slices.Equal(got, *p.operations[step].AWS) {
		p.violate(asExpected, step, "AWS made the changes %q, want %q", got, *p.operations[step].AWS)
	}
}

// judgeTwin compares what became of both sides.
func (p *play) judgeTwin(step int) {
	const repeated = 4
	for call, times := range p.guardedChanges {
		inTwin := p.twinChanges[call]
		if inTwin == 0 && !p.ofItsOwnKey(call) && !p.ofTakenOver(call) {
			p.violate(noOtherChange, step, "%s, which nobody asked for without cmkgate", call)
		}
		if times > repeated+2*inTwin {
			p.violate(noHarm, step, "%s came %d times, without cmkgate %d times", call, times, inTwin)
		}
	}
	if p.moved() {
		return
	}
	for at := range p.twin.now.resources {
		if _, there := p.guarded.now.resources[at]; !there {
			p.violate(noHarm, step, "AWS does not have %s, without cmkgate it has", at)
		}
	}
	for id, object := range p.guarded.now.objects {
		p.judgeConditions(step, id, object)
	}
}

func (p *play) judgeConditions(step int, id string, object *unstructured.Unstructured) {
	twin, ok := p.twin.now.objects[id]
	if !ok {
		p.violate(noHarm, step, "%s is there, without cmkgate it is not", id)
		return
	}
	if k, _ := kindNamed(object.GetKind()); p.tookOver(k) {
		return
	}
	for name, bad := range map[string]string{"ACK.Terminal": "True", "ACK.Recoverable": "True", "Ready": "False"} {
		status, message := controllers.Condition(object, name)
		otherwise, _ := controllers.Condition(twin, name)
		if status == bad && otherwise != bad {
			p.violate(noHarm, step, "%s has %s=%s: %s", id, name, status, message)
		}
	}
}

func (p *play) judgeDeletion(step int) {
	for _, id := range p.undeleted() {
		p.violate(deletionsEnd, step, "%s is still there, with finalizers %q", id, p.guarded.now.objects[id].GetFinalizers())
	}
}

// undeleted are the objects that are there and not without cmkgate.
func (p *play) undeleted() []string {
	var out []string
	for id := range p.guarded.now.objects {
		if _, inTwin := p.twin.now.objects[id]; !inTwin {
			out = append(out, id)
		}
	}
	return out
}

// judgeExpectations is for fixed sequences.
func (p *play) judgeExpectations() {
	for step, o := range p.operations {
		if step >= len(p.outcomes) || o.Expect == "" {
			continue
		}
		answer, text, _ := strings.Cut(o.Expect, ": ")
		got := p.outcomes[step]
		said := strings.Join(got.warnings, "\n")
		holds := false
		switch answer {
		case "admitted":
			holds = got.err == nil
		case "warned":
			holds = got.err == nil && len(got.warnings) > 0
		case "quiet":
			holds = got.err == nil && !slices.ContainsFunc(got.warnings, func(w string) bool { return strings.Contains(w, "-key/") })
		case "denied":
			holds = got.refused()
		case "reported":
			holds = got.refused() || len(got.warnings) > 0
		}
		if got.err != nil {
			said += got.err.Error()
		}
		if !holds || !strings.Contains(said, text) {
			p.violate(asExpected, step, "want %s; got the error %v and the warnings %q", o.Expect, got.err, got.warnings)
		}
	}
}
