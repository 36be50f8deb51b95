package schema

import (
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

func parse(tb testing.TB, text string) policies.Object {
	tb.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		tb.Fatal(err)
	}
	root, err := tree.FromYAML(&doc)
	if err != nil {
		tb.Fatal(err)
	}
	return policies.NewObject(root)
}

const (
	notebook = "apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: NotebookInstance\nmetadata: {name: a}\n" +
		"spec: {notebookInstanceName: a, instanceType: ml.t3.medium, roleARN: r%s}\n"
	bucket = "apiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\nmetadata: {name: a}\nspec: {name: a%s}\n"
)

func with(object, more string) string { return strings.Replace(object, "%s", more, 1) }

// labels are violations as MODE REASON PATH, and > the field that was meant.
func labels(violations []Violation) string {
	var out []string
	for _, b := range violations {
		line := string(b.Mode) + " " + string(b.Reason) + " " + b.Path.String()
		if b.Intended != nil {
			line += " > " + b.Intended.String()
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func TestUnknownFields(t *testing.T) {
	for name, tt := range map[string]struct{ object, want string }{
		"nothing":                        {with(notebook, ", kmsKeyID: x"), ""},
		"another case":                   {with(notebook, ", kmsKeyId: x"), "Enforce unknown-field spec.kmsKeyId > spec.kmsKeyID"},
		"snake case":                     {with(notebook, ", kms_key_id: x"), "Enforce unknown-field spec.kms_key_id > spec.kmsKeyID"},
		"the first letter":               {with(notebook, ", KmsKeyID: x"), "Enforce unknown-field spec.KmsKeyID > spec.kmsKeyID"},
		"beside the right one":           {with(notebook, ", kmsKeyId: x, kmsKeyID: z"), "Enforce unknown-field spec.kmsKeyId"},
		"another name for the key":       {with(notebook, ", kmsKeyARN: x"), "Enforce unknown-field spec.kmsKeyARN > spec.kmsKeyID"},
		"a key under a name of its own":  {with(notebook, ", customerManagedKMS: x"), "Enforce unknown-field spec.customerManagedKMS > spec.kmsKeyID"},
		"a block that holds a key":       {with(notebook, ", security: {volume: [{kmsKeyID: x}]}"), "Enforce unknown-field spec.security"},
		"another case, not of a key":     {with(notebook, ", subnetId: x"), "Enforce unknown-field spec.subnetId > spec.subnetID"},
		"a typing mistake":               {with(notebook, ", subnettID: x"), "Warn unknown-field spec.subnettID > spec.subnetID"},
		"a mistake in what is required":  {strings.Replace(with(notebook, ""), "roleARN", "roleARNs", 1), "Enforce unknown-field spec.roleARNs > spec.roleARN"},
		"a field of tomorrow":            {with(notebook, ", quantum: {flux: 1}"), "Warn unknown-field spec.quantum"},
		"encryption of another tool":     {with(bucket, ", serverSideEncryptionConfiguration: {}"), "Enforce unknown-field spec.serverSideEncryptionConfiguration > spec.encryption"},
		"fields of a newer ACK":          {with(bucket, ", abac: {status: x}, namespace: a, replication: {roleRef: {from: {name: x}}}"), ""},
		"in metadata":                    {strings.Replace(with(bucket, ""), "name: a}", "name: a, Annotations: {}}", 1), "Enforce unknown-field metadata.Annotations > metadata.annotations"},
		"in metadata, by tools of old":   {strings.Replace(with(bucket, ""), "name: a}", "name: a, clusterName: x}", 1), "Warn unknown-field metadata.clusterName"},
		"beside the spec":                {with(bucket, "") + "data: {}\n", "Warn unknown-field data"},
		"the spec in capitals":           {strings.Replace(with(bucket, ""), "spec:", "Spec:", 1), "Enforce unknown-field Spec > spec"},
		"traffic encryption is no key":   {with(notebook, ", enableInterContainerTrafficEncryption: true"), "Warn unknown-field spec.enableInterContainerTrafficEncryption"},
		"status is dropped anyway":       {with(bucket, "") + "status: {kmsKeyId: x, new: 1}\n", ""},
		"a directive outside of a patch": {with(notebook, ", $patch: delete"), "Warn unknown-field spec.$patch"},
		"maps have any names":            {"apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: TransformJob\nmetadata: {name: a}\nspec: {transformJobName: a, modelName: m, transformInput: {dataSource: {s3DataSource: {s3DataType: a, s3URI: b}}}, transformOutput: {s3OutputPath: a}, transformResources: {instanceCount: 1, instanceType: ml.m5.large}, environment: {kmsKeyId: x}}\n", ""},
		"a key in a list, by another name": {"apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: EndpointConfig\nmetadata: {name: a}\nspec: {endpointConfigName: a, productionVariants: [{variantName: a, modelName: a}, {variantName: a, modelName: a, coreDumpConfig: {destinationS3URI: a, kmsKeyId: x}}]}\n",
			"Enforce unknown-field spec.productionVariants[1].coreDumpConfig.kmsKeyId > spec.productionVariants[1].coreDumpConfig.kmsKeyID"},
	} {
		o := parse(t, tt.object)
		violations, ours := New().Check(&o, false)
		if got := labels(violations); got != tt.want || !ours {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, tt.want)
		}
	}
}

func TestAPatchIsNotAskedForWhatItLeavesOut(t *testing.T) {
	o := parse(t, "apiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\nmetadata: {name: a, labels: {x: 1}}\nspec: {encryption: {$patch: delete}}\n")
	violations, _ := New().Check(&o, true)
	if got := labels(violations); got != "Enforce wrong-type metadata.labels.x" {
		t.Errorf("got %s", got)
	}
}

func TestObjectsOfOthersAreLeftAlone(t *testing.T) {
	for _, apiVersion := range []string{"kms.services.k8s.aws/v1alpha1", "v1", "apps/v1", "opensearchservice.services.k8s.aws/v1alpha1", "", "5"} {
		o := parse(t, "apiVersion: "+apiVersion+"\nkind: Domain\nspec: {kmsKeyId: 5}\n")
		if violations, ours := New().Check(&o, false); ours || len(violations) > 0 {
			t.Errorf("%s: ours %v, %s", apiVersion, ours, labels(violations))
		}
	}
}

func TestAGroupWithoutVersionIsJudgedAllTheSame(t *testing.T) {
	o := parse(t, strings.Replace(with(bucket, ", kmsKeyId: x"), "/v1alpha1", "", 1))
	violations, _ := New().Check(&o, false)
	if o.Group != "s3.services.k8s.aws" || len(violations) != 2 {
		t.Errorf("group %q, %s", o.Group, labels(violations))
	}
}

func TestWhatAPolicySaysOfABrokenFieldIsLeftOut(t *testing.T) {
	violation := func(mode policies.Mode, at, meant string) Violation {
		return Violation{Finding: policies.Finding{Mode: mode, Path: tree.MustPath(at)}, Intended: tree.MustPath(meant)}
	}
	for name, tt := range map[string]struct {
		violation Violation
		path      string
		edit      string
		stays     bool
	}{
		"the field itself":            {violation(policies.Enforce, "spec.a", ""), "spec.a", "", false},
		"a field in it":               {violation(policies.Enforce, "spec.a", ""), "spec.a.b", "", false},
		"the field around it":         {violation(policies.Enforce, "spec.a.b", ""), "spec.a", "", false},
		"the field that was meant":    {violation(policies.Enforce, "spec.x", "spec.a"), "spec.a", "", false},
		"one that it would set":       {violation(policies.Enforce, "spec.x", "spec.a"), "spec.b", "spec.a", false},
		"another field":               {violation(policies.Enforce, "spec.x", "spec.a"), "spec.b", "spec.c", true},
		"another element":             {violation(policies.Enforce, "spec.a[0]", ""), "spec.a[1]", "", true},
		"the spec as a whole":         {violation(policies.Enforce, "spec.a", ""), "spec", "", true},
		"everything in a broken spec": {violation(policies.Enforce, "spec", ""), "spec.a", "", true},
		"where nothing is enforced":   {violation(policies.Warn, "spec.a", ""), "spec.a", "", true},
	} {
		finding := policies.Finding{Path: tree.MustPath(tt.path), Fix: []policies.Edit{{Path: tree.MustPath(tt.edit)}}}
		_, got := Merge([]Violation{tt.violation}, []policies.Finding{finding})
		if (len(got) == 1) != tt.stays {
			t.Errorf("%s: %d findings stay", name, len(got))
		}
	}
}

func TestANullThatTheWebhookReplacesIsNoBreach(t *testing.T) {
	o := parse(t, `{apiVersion: s3.services.k8s.aws/v1alpha1, kind: Bucket, metadata: {name: b}, spec: {name: b, encryption: {rules: [null]}}}`)
	for inject, left := range map[bool]int{true: 0, false: 1} {
		violations, _ := New().Check(&o, false)
		violations, findings := Merge(violations, []policies.Finding{{
			Policy: "s3-bucket-key", Mode: policies.Enforce, Path: tree.MustPath("spec.encryption.rules[0]"), Inject: inject,
			Fix: []policies.Edit{{Path: tree.MustPath("spec.encryption.rules[0].bucketKeyEnabled"), Value: true}},
		}})
		if len(violations) != left || len(findings) != 1-left {
			t.Errorf("injected: %v: %d breaches and %d findings stay", inject, len(violations), len(findings))
		}
	}
}

func TestThePolicysWordOnAnInstanceTypeStaysAlone(t *testing.T) {
	at := tree.MustPath("spec.instanceType")
	violations, findings := Merge(
		[]Violation{{Finding: policies.Finding{Reason: policies.Malformed, Mode: policies.Warn, Path: at}}},
		[]policies.Finding{{Reason: policies.Unverifiable, Path: at}})
	if len(violations) != 0 || len(findings) != 1 {
		t.Errorf("%d breaches, %d findings", len(violations), len(findings))
	}
}

// The one allocation is that of the checker.
func TestBreachesWithoutEndAreCounted(t *testing.T) {
	var fields strings.Builder
	for i := range most + 50 {
		fmt.Fprintf(&fields, ", field%d: x", i)
	}
	for last, mode := range map[string]policies.Mode{"": policies.Warn, ", kmsKeyId: x": policies.Enforce} {
		o := parse(t, with(notebook, fields.String()+last))
		violations, _ := New().Check(&o, false)
		rest := violations[len(violations)-1]
		if len(violations) != most+1 || rest.Mode != mode || !strings.Contains(rest.Problem, "5") {
			t.Errorf("%q: %d breaches, the last: %+v", last, len(violations), rest)
		}
	}
}

func TestTheWalkOfASoundObjectAllocatesNothing(t *testing.T) {
	s := New()
	o := parse(t, with(notebook, ", tags: [{key: a, value: b}], securityGroupIDs: [a, b], volumeSizeInGB: 5"))
	check := func() {
		if violations, ours := s.Check(&o, false); len(violations) > 0 || !ours {
			t.Fatal(labels(violations))
		}
	}
	check() // decodes the kind
	if n := testing.AllocsPerRun(100, check); n > 1 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkCheck(b *testing.B) {
	s := New()
	o := parse(b, with(notebook, ", tags: [{key: a, value: b}], securityGroupIDs: [a, b], volumeSizeInGB: 5"))
	b.ReportAllocs()
	for b.Loop() {
		s.Check(&o, false)
	}
}

// BenchmarkNew is what every start of check pays, with one kind decoded.
func BenchmarkNew(b *testing.B) {
	o := parse(b, with(notebook, ""))
	for b.Loop() {
		New().Check(&o, false)
	}
}

// FuzzCheck looks for an object that breaks the walk or its messages.
func FuzzCheck(f *testing.F) {
	f.Add(`{"apiVersion":"s3.services.k8s.aws/v1alpha1","kind":"Bucket","metadata":{"name":"a"},"spec":{"name":"a","encryption":{"rules":[{"kmsKeyId":1}]}}}`)
	f.Add(`{"apiVersion":"sagemaker.services.k8s.aws","kind":"TrainingJob","metadata":[],"spec":{"tags":{"a":null},"vpcConfig":{"subnets":"a"}}}`)
	f.Add(`{"apiVersion":"sagemaker.services.k8s.aws/v1alpha1","kind":"Trainingjobs","metadata":null,"spec":null}`)
	s := New()
	f.Fuzz(func(t *testing.T, text string) {
		root, err := tree.ParseJSON([]byte(text))
		if err != nil {
			t.Skip()
		}
		for _, patch := range []bool{false, true} {
			o := policies.NewObject(root)
			violations, _ := s.Check(&o, patch)
			for _, b := range violations {
				if b.Problem == "" || len(b.Path) == 0 || b.Mode == "" || b.Reason == "" || b.Policy != ID {
					t.Errorf("incomplete: %+v", b)
				}
			}
			Merge(violations, nil)
		}
	})
}

func TestAKindThatIsStillToBeFilledInIsDenied(t *testing.T) {
	for _, kind := range []string{"${KIND}", "${K:=Bucket}", "'{{ .Values.kind }}'"} {
		o := parse(t, strings.Replace(with(bucket, ""), "kind: Bucket", "kind: "+kind, 1))
		violations, _ := New().Check(&o, false)
		if got := labels(violations); got != "Enforce placeholder kind" {
			t.Errorf("%s: got %q", kind, got)
		}
	}
}
