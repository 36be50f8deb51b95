package policies_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

const trainingJob = `
apiVersion: sagemaker.services.k8s.aws/v1alpha1
kind: TrainingJob
metadata: {name: churn, namespace: science}
spec:
  outputDataConfig: {s3OutputPath: s3://artifacts/churn}
  resourceConfig: {instanceType: ml.m5.xlarge}
  vpcConfig: {subnets: [subnet-1], securityGroupIDs: [sg-1]}
`

// labels are policy and reason of each finding.
func labels(findings []policies.Finding) []string {
	var out []string
	for i := range findings {
		out = append(out, findings[i].Label())
	}
	return out
}

func places(findings []policies.Finding) []string {
	var out []string
	for i := range findings {
		out = append(out, findings[i].Path.String()+" "+string(findings[i].Reason))
	}
	return out
}

func TestNewRefusesIncompletePoliciesAndSettings(t *testing.T) {
	complete := policies.All()[0]
	without := func(change func(*policies.Policy)) policies.Policy {
		p := complete
		change(&p)
		return p
	}
	for name, tt := range map[string]struct {
		list     []policies.Policy
		settings policies.Settings
		want     string
	}{
		"twice":         {[]policies.Policy{complete, complete}, settings(), "is listed twice"},
		"without ID":    {[]policies.Policy{without(func(p *policies.Policy) { p.ID = "" })}, settings(), "is incomplete"},
		"without title": {[]policies.Policy{without(func(p *policies.Policy) { p.Title = "" })}, settings(), "is incomplete"},
		"without doc":   {[]policies.Policy{without(func(p *policies.Policy) { p.Doc = "" })}, settings(), "is incomplete"},
		"without kinds": {[]policies.Policy{without(func(p *policies.Policy) { p.Kinds = nil })}, settings(), "is incomplete"},
		"without check": {[]policies.Policy{{ID: "x", Title: "x", Doc: "x", Kinds: complete.Kinds}}, settings(), "is incomplete"},
		"not switched":  {[]policies.Policy{complete}, policies.Settings{}, `have no mode for policy "` + complete.ID + `"`},
	} {
		if _, err := policies.New(tt.list, tt.settings); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, tt.want)
		}
	}
}

func TestJudgesKnowsTheKindsOfThePolicies(t *testing.T) {
	e := evaluator(t)
	for _, p := range policies.All() {
		for _, kind := range p.Kinds {
			if !e.Judges(kind.Group, kind.Name) {
				t.Errorf("%s is evaluated by %s", kind.Name, p.ID)
			}
		}
	}
	for _, kind := range []catalog.Kind{{Group: catalog.S3, Name: "TrainingJob"}, {Group: catalog.SageMaker, Name: "ModelPackageGroup"}, {}, {Group: "apps", Name: "Deployment"}} {
		if e.Judges(kind.Group, kind.Name) {
			t.Errorf("%v is evaluated by no policy", kind)
		}
	}
	if got := evaluate(e, policies.Object{Group: "apps", Kind: "Deployment", Root: load(t, trainingJob).object.Root}, nil, policies.Nowhere{}); got != nil {
		t.Errorf("findings on a Deployment: %s", report(got))
	}
}

func TestEvaluateWithoutObjectOrWorld(t *testing.T) {
	e := evaluator(t)
	for _, p := range policies.All() {
		for _, kind := range p.Kinds {
			if got := evaluate(e, policies.Object{Group: kind.Group, Kind: kind.Name}, nil, nil); got != nil {
				t.Errorf("findings on nothing: %s", report(got))
			}
		}
	}
	if got := labels(evaluate(e, load(t, trainingJob).object, nil, nil)); len(got) != 2 {
		t.Errorf("without a world: %v", got)
	}
	endpoint := load(t, "apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: Endpoint\nspec: {endpointConfigName: a}\n")
	if got := labels(evaluate(e, endpoint.object, nil, policies.Nowhere{})); !cmp.Equal(got, []string{"sagemaker-endpoint-key/unverifiable"}) {
		t.Errorf("an Endpoint in the middle of nowhere: %v", got)
	}
}

func TestFindingsComeInTheOrderOfPoliciesAndFields(t *testing.T) {
	got := labels(load(t, trainingJob).findings(evaluator(t)))
	if want := []string{"sagemaker-volume-key/missing", "sagemaker-output-key/missing"}; !cmp.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// The modes decide what a finding leads to, and what is injected.
func TestModes(t *testing.T) {
	for _, tt := range []struct {
		mode            policies.Mode
		inject          bool
		findings, edits int
		enforced        bool
	}{
		{policies.Enforce, true, 2, 2, true},
		{policies.Enforce, false, 2, 0, true},
		{policies.Warn, true, 2, 2, false},
		{policies.Warn, false, 2, 0, false},
		{policies.Audit, true, 2, 0, false},
		{policies.Off, true, 0, 0, false},
	} {
		e := evaluator(t, func(s *policies.Settings) {
			for id := range s.Policies {
				s.Policies[id] = policies.PolicySettings{Mode: tt.mode, Inject: tt.inject}
			}
		})
		findings := load(t, trainingJob).findings(e)
		if len(findings) != tt.findings || len(policies.Injections(findings)) != tt.edits || policies.Enforced(findings) != tt.enforced {
			t.Errorf("%s, inject %v:\n%s", tt.mode, tt.inject, report(findings))
		}
		for _, f := range findings {
			if f.Mode != tt.mode {
				t.Errorf("a finding of mode %s where the policy is switched to %s", f.Mode, tt.mode)
			}
		}
	}
}

// Unverifiable is never stricter than its policy, and Warn unless the settings say otherwise.
func TestUnverifiableFindingsHaveTheirOwnMode(t *testing.T) {
	const unknown = `
apiVersion: sagemaker.services.k8s.aws/v1alpha1
kind: TrainingJob
spec: {resourceConfig: {instanceType: ml.g9.xlarge}, vpcConfig: {subnets: [subnet-1], securityGroupIDs: [sg-1]}}
`
	for _, tt := range []struct{ mode, unverifiable, want policies.Mode }{
		{policies.Enforce, policies.Warn, policies.Warn},
		{policies.Enforce, policies.Enforce, policies.Enforce},
		{policies.Enforce, "", policies.Warn},
		{policies.Warn, policies.Enforce, policies.Warn},
		{policies.Audit, policies.Warn, policies.Audit},
		{policies.Audit, policies.Enforce, policies.Audit},
	} {
		e := evaluator(t, func(s *policies.Settings) {
			s.Unverifiable = tt.unverifiable
			s.Policies["sagemaker-volume-key"] = policies.PolicySettings{Mode: tt.mode}
		})
		got := load(t, unknown).findings(e)
		if len(got) != 1 || got[0].Reason != policies.Unverifiable || got[0].Mode != tt.want {
			t.Errorf("%s with unverifiable %q, want %s:\n%s", tt.mode, tt.unverifiable, tt.want, report(got))
		}
	}
}

func TestOverridesAreAppliedInOrder(t *testing.T) {
	mode := func(m policies.Mode) map[policies.ID]policies.PolicyOverride {
		return map[policies.ID]policies.PolicyOverride{"sagemaker-output-key": {Mode: &m}}
	}
	no := false
	e := evaluator(t, func(s *policies.Settings) {
		s.Overrides = []policies.Override{
			{Namespaces: []string{"sandbox-*", "play"}, Policies: mode(policies.Warn)},
			{Labels: map[string]string{"team": "audit", "stage": "dev"}, Policies: mode(policies.Audit)},
			{Namespaces: []string{"sandbox-x?"}, Policies: mode(policies.Off)},
			{Namespaces: []string{"manual"}, Policies: map[policies.ID]policies.PolicyOverride{"sagemaker-output-key": {Inject: &no}}},
			{Namespaces: []string{"other"}, Policies: map[policies.ID]policies.PolicyOverride{"sagemaker-volume-key": {Inject: &no}}},
		}
	})
	for _, tt := range []struct {
		namespace string
		labels    map[string]string
		want      policies.Mode
		inject    bool
	}{
		{"science", nil, policies.Enforce, true},
		{"", nil, policies.Enforce, true},
		{"sandbox-1", nil, policies.Warn, true},
		{"sandbox", nil, policies.Enforce, true},
		{"play", nil, policies.Warn, true},
		{"playground", nil, policies.Enforce, true},
		{"sandbox-xy", nil, policies.Off, false},
		{"sandbox-xyz", nil, policies.Warn, true},
		{"science", map[string]string{"team": "audit", "stage": "dev", "more": "x"}, policies.Audit, false},
		{"science", map[string]string{"team": "audit"}, policies.Enforce, true},
		{"science", map[string]string{"team": "audit", "stage": "prod"}, policies.Enforce, true},
		{"sandbox-1", map[string]string{"team": "audit", "stage": "dev"}, policies.Audit, false},
		{"manual", nil, policies.Enforce, false},
		{"other", nil, policies.Enforce, true},
	} {
		m := load(t, strings.Replace(trainingJob, "namespace: science", "namespace: "+`"`+tt.namespace+`"`, 1))
		m.world.namespaces[tt.namespace] = policies.Namespace{Name: tt.namespace, Labels: tt.labels}
		got := of("sagemaker-output-key", m.findings(e))
		if tt.want == policies.Off {
			if len(got) > 0 {
				t.Errorf("%s: %s", tt.namespace, report(got))
			}
			continue
		}
		if len(got) != 1 || got[0].Mode != tt.want || got[0].Inject != tt.inject {
			t.Errorf("%q with labels %v, want %s and inject %v:\n%s", tt.namespace, tt.labels, tt.want, tt.inject, report(got))
		}
	}
}

// A namespace that the world does not know still has the name that the object tells.
func TestOverridesByNameNeedNoWorld(t *testing.T) {
	off := policies.Off
	e := evaluator(t, func(s *policies.Settings) {
		s.Overrides = []policies.Override{{Namespaces: []string{"science"}, Policies: map[policies.ID]policies.PolicyOverride{
			"sagemaker-output-key": {Mode: &off}, "sagemaker-volume-key": {Mode: &off},
		}}}
	})
	if got := evaluate(e, load(t, trainingJob).object, nil, policies.Nowhere{}); len(got) > 0 {
		t.Errorf("%s", report(got))
	}
}

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"", "", true},
		{"", "a", false},
		{"a", "a", true},
		{"a", "", false},
		{"a", "ab", false},
		{"*", "", true},
		{"*", "anything", true},
		{"**", "", true},
		{"?", "", false},
		{"?", "a", true},
		{"?", "ab", false},
		{"?*", "", false},
		{"?*", "ab", true},
		{"fraud-*", "fraud-", true},
		{"fraud-*", "fraud-detection", true},
		{"fraud-*", "fraud", false},
		{"fraud-*", "anti-fraud-x", false},
		{"*-dev", "team-dev", true},
		{"*-dev", "team-dev-2", false},
		{"a*b*c", "abc", true},
		{"a*b*c", "axxbxxc", true},
		{"a*b*c", "axxcxxb", false},
		{"a*b*c", "abcbc", true},
		{"*a*", "bab", true},
		{"[a]", "a", false},
		{"a.c", "abc", false},
	} {
		if got := policies.Match(tt.pattern, tt.name); got != tt.want {
			t.Errorf("Match(%q, %q) = %v", tt.pattern, tt.name, got)
		}
	}
	// Backtracking must not be exponential.
	if policies.Match(strings.Repeat("*a", 500)+"b", strings.Repeat("a", 5000)) {
		t.Error("there is no b in the name")
	}
}

func TestMessageAndEnforced(t *testing.T) {
	f := policies.Finding{Policy: "p", Reason: policies.Missing, Mode: policies.Warn, Path: tree.MustPath("spec.a[0]"), Problem: "it is gone."}
	if got, want := f.Message(), "spec.a[0]: it is gone."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	f.Remedy = "Find it."
	if got, want := f.Message(), "spec.a[0]: it is gone. Find it."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if policies.Enforced([]policies.Finding{f}) || policies.Enforced(nil) {
		t.Error("a warning denies nothing")
	}
}

// A manifest on its own: everything that a policy's documentation promises is there.
func TestEveryPolicyIsDocumented(t *testing.T) {
	for _, p := range policies.All() {
		if p.Title == "" || strings.HasSuffix(p.Title, ".") || p.Protects == "" {
			t.Errorf("%s: title %q, protects %q", p.ID, p.Title, p.Protects)
		}
		if !strings.Contains(p.Doc, "**How to satisfy it.**") || !strings.Contains(p.Doc, "```yaml") {
			t.Errorf("%s does not document how to satisfy it", p.ID)
		}
	}
}

// What the documentation tells people to write is what the policies ask for.
func TestTheExamplesOfTheDocumentationPass(t *testing.T) {
	e := evaluator(t)
	for _, p := range policies.All() {
		_, example, _ := strings.Cut(p.Doc, "```yaml\n")
		example, _, _ = strings.Cut(example, "```")
		docs := strings.Split(example, "---\n")
		for i, doc := range docs {
			stream := versioned(doc)
			for j, other := range docs {
				if j != i {
					stream += "---\n" + versioned(other)
				}
			}
			m := load(t, stream)
			if got := of(p.ID, m.findings(e)); len(got) > 0 || !e.Judges(m.object.Group, m.object.Kind) {
				t.Errorf("%s: the example %s has findings:\n%s", p.ID, m.object.Kind, report(got))
			}
		}
	}
}

func versioned(doc string) string {
	group := catalog.SageMaker
	if strings.Contains(doc, "kind: Bucket") {
		group = catalog.S3
	}
	return "apiVersion: " + group + "/v1alpha1\n" + doc
}

// The API server sets this label, so that no manifest needs to say it.
func TestANamespaceHasItsNameAsALabel(t *testing.T) {
	off := policies.Off
	for name, want := range map[string]int{"science": 0, "fraud-detect": 1} {
		e := evaluator(t, func(s *policies.Settings) {
			s.Overrides = []policies.Override{{
				Labels:   map[string]string{"kubernetes.io/metadata.name": name},
				Policies: map[policies.ID]policies.PolicyOverride{"sagemaker-volume-key": {Mode: &off}},
			}}
		})
		if got := of("sagemaker-volume-key", load(t, trainingJob).findings(e)); len(got) != want {
			t.Errorf("%s: want %d findings:\n%s", name, want, report(got))
		}
	}
}
