package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/policies/iam"
	"github.com/cmkgate/cmkgate/policies/kms"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// refusal is a kind of requests that a Bucket's policy must deny to everyone.
type refusal struct {
	id      ID
	reason  Reason
	problem string
	action  string
	// resources follow the ARN of the bucket.
	resources []string
	// key is the condition key that distinguishes such requests from
	// others, and condition the one to write.
	key       string
	condition string
	context   []iam.ContextKey
}

// refusals are all that policies ask of a Bucket's policy.
func refusals() []refusal { return []refusal{plainHTTP(), customerProvidedKeys()} }

// refuses is the check of a policy that asks for one of the refusals.
func refuses(id ID) func(*evaluation) {
	all := refusals()
	i := slices.IndexFunc(all, func(r refusal) bool { return r.id == id })
	return func(e *evaluation) { all[i].check(e, all) }
}

// bucketDocument is a Bucket's policy, read once for all who ask.
type bucketDocument struct {
	policy iam.Policy
	absent bool
	// problem says what is wrong with a document that cannot be read, and remedy what to do.
	problem, remedy string
	// proposed is what a Bucket without a policy may have, once somebody has asked.
	proposed string
}

func (e *evaluation) bucketPolicy() *bucketDocument {
	if e.document == nil {
		e.document = readBucketPolicy(e.object.Root.Get("spec").Get("policy"))
	}
	return e.document
}

func readBucketPolicy(n *tree.Node) *bucketDocument {
	if n.Missing() { // ACK deletes the policy that is ""
		return &bucketDocument{absent: true}
	}
	if n.Kind() != tree.String {
		return &bucketDocument{
			problem: fmt.Sprintf("a policy must be a string that contains JSON, not a value of type %s.", n.Kind()),
			remedy:  "Write the document as JSON in a block scalar: policy: |.",
		}
	}
	policy, err := iam.Parse(n.Text())
	if err != nil {
		return &bucketDocument{
			problem: fmt.Sprintf("S3 would reject this policy: %v.", err),
			remedy:  "Fix it: if S3 rejects the policy, ACK leaves the Bucket without one.",
		}
	}
	return &bucketDocument{policy: *policy}
}

// check evaluates a Bucket by its policy. What can differ between versions of
// the policy is in the remedy: an update of a legacy Bucket's policy
// introduces nothing as long as the problem is the same.
func (r refusal) check(e *evaluation, all []refusal) {
	if e.observes {
		return
	}
	path := tree.Path{tree.Key("spec"), tree.Key("policy")}
	document := e.bucketPolicy()
	switch {
	case document.problem != "":
		if e.strictest(all) == r.id {
			e.report(Finding{Reason: Malformed, Path: path, Problem: document.problem, Remedy: document.remedy})
		}
		return
	case e.ofDirectoryBucket():
		// S3 user guide, "Data protection and encryption" of S3 Express One Zone: it
		// is only reached through TLS, and has no customer-provided keys.
		return
	case document.absent:
		whole := document.proposal(e, all)
		finding := Finding{Reason: r.reason, Path: path, Problem: r.problem}
		if _, known := e.bucketName(); known {
			finding.Remedy = "Set it to '" + whole + "'."
			finding.Fix = []Edit{{Path: path, Value: whole}}
		} else {
			finding.Remedy = "Set spec.name, and this to '" + whole + "' with that name."
		}
		e.report(finding)
		return
	}
	if gap, ok := r.gap(e, &document.policy); ok {
		e.report(Finding{
			Reason: r.reason, Path: path, Problem: r.problem,
			Remedy: gap + "Add " + r.statement(e.bucketARN()) + " to its Statement.",
		})
	}
}

// gap reports whether some of the requests are not refused, and why if it can say so.
func (r refusal) gap(e *evaluation, p *iam.Policy) (why string, ok bool) {
	bucket, known := e.bucketName()
	for _, resource := range r.resources {
		request := iam.Request{Action: r.action, Resource: e.partition() + bucket + resource, Context: r.context}
		if !known {
			request.Resource = e.partition() + "*" // only what covers every bucket is sure to cover this one
		}
		if slices.ContainsFunc(p.Statements, func(s iam.Statement) bool { _, denied := s.Denies(request); return denied }) {
			continue
		}
		if !known {
			return "spec.name is not a bucket name to check the policy against. ", true
		}
		return r.nearMiss(p, request), true
	}
	return "", false
}

// nearMiss says why a statement that is about such requests does not refuse
// them, "" if none is. One for other resources is the last to be named.
func (r refusal) nearMiss(p *iam.Policy, request iam.Request) string {
	var near *iam.Statement
	var element string
	for i := range p.Statements {
		s := &p.Statements[i]
		if !s.Mentions(r.key) {
			continue
		}
		if e, _ := s.Denies(request); near == nil || strings.HasSuffix(element, "Resource") {
			near, element = s, e
		}
	}
	if near == nil {
		return ""
	}
	why := "its " + element
	switch element {
	case "Effect":
		why += " is Allow, which refuses nothing"
	case "Principal":
		why += ` is not "*"`
	case "NotPrincipal":
		why += " lets some requests through"
	case "Action", "NotAction":
		why += " does not cover " + request.Action
	case "Resource", "NotResource":
		why += " does not cover " + request.Resource
	case "Condition":
		why += " is not " + r.condition + " alone"
	}
	return fmt.Sprintf("The statement at %s is not enough: %s. ", near.Pointer, why)
}

// statement is what to write into a policy, as one line of JSON.
func (r refusal) statement(bucket string) string {
	resources := make([]string, len(r.resources))
	for i, suffix := range r.resources {
		resources[i] = `"` + bucket + suffix + `"`
	}
	resource := strings.Join(resources, ",")
	if len(resources) > 1 {
		resource = "[" + resource + "]"
	}
	return `{"Effect":"Deny","Principal":"*","Action":"` + r.action + `","Resource":` + resource + `,"Condition":` + r.condition + `}`
}

// proposal is a policy for a Bucket that has none, with every statement that the
// organization asks for, so that the remedies of two findings are the same.
func (d *bucketDocument) proposal(e *evaluation, all []refusal) string {
	if d.proposed != "" {
		return d.proposed
	}
	var statements []string
	for i := range all {
		if mode := e.settings.policyIn(all[i].id, e.namespace).Mode; mode != Off && mode != "" {
			statements = append(statements, all[i].statement(e.bucketARN()))
		}
	}
	d.proposed = `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
	return d.proposed
}

// strictest is the policy that reports a document which several cannot read, so
// that it is reported once.
func (e *evaluation) strictest(all []refusal) ID {
	id, strictest := "", len(Modes())
	for i := range all {
		strictness := slices.Index(Modes(), e.settings.policyIn(all[i].id, e.namespace).Mode)
		if strictness >= 0 && strictness < strictest {
			id, strictest = all[i].id, strictness
		}
	}
	return id
}

// bucketARN is the Bucket's ARN for a hint.
func (e *evaluation) bucketARN() string {
	name, _ := e.bucketName()
	return e.partition() + name
}

func (e *evaluation) partition() string { return "arn:" + kms.PartitionOf(e.region) + ":s3:::" }

// bucketName is the name in AWS, or a placeholder for what can be none.
func (e *evaluation) bucketName() (name string, known bool) {
	const longest = 255 // S3 user guide, "General purpose bucket naming rules": the oldest buckets
	name = e.object.Root.Get("spec").Get("name").Str()
	bad := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`*?"'\`, r) }
	if name == "" || len(name) > longest || strings.ContainsFunc(name, bad) {
		return "BUCKET-NAME", false
	}
	return name, true
}
