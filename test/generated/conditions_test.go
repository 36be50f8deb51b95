package generated

import (
	"context"
	"fmt"
	"strings"
	"testing"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/cel"
	webhookplugin "k8s.io/apiserver/pkg/admission/plugin/webhook"
	"k8s.io/apiserver/pkg/admission/plugin/webhook/matchconditions"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/cel/environment"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/ack"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
	"github.com/cmkgate/cmkgate/test/generated/objects"
	"github.com/cmkgate/cmkgate/webhook/registration"
)

// TestNoUpdateThatIsJudgedIsKeptFromTheWebhook checks the match conditions
// against the policies: whatever update has findings, or restores a key, is one
// that the API server asks about. The conditions run in its own CEL environment.
func TestNoUpdateThatIsJudgedIsKeptFromTheWebhook(t *testing.T) {
	r := newRun(t, (*objects.Generator).Object)
	asked := newConditions(t)
	judged, passed := 0, 0
	for i := range number() / 5 {
		seed := *first + uint64(i)
		trial := r.choose(seed)
		trial.world = r.world(seed)
		g := objects.New(r.schemas, seed)
		old := g.Object(trial.kind)
		if seed%3 == 0 {
			old = g.Staged(trial.kind, old)
		}
		now, path := g.Change(trial.kind, old)
		if seed%3 == 0 {
			now = g.Staged(trial.kind, now)
			now["status"] = old["status"] // which an update of the main resource cannot change
		}
		if len(path) > 0 && path[0].Key == "status" || fillsIn(trial.kind, path, old) {
			continue // an update of the main resource cannot change the status
		}
		if r.schemas.Validate(t.Context(), trial.kind, old) != nil || r.schemas.Validate(t.Context(), trial.kind, now) != nil {
			continue // the API server stores no such object
		}
		object, before := policies.NewObject(tree.FromValue(now)), tree.FromValue(old)
		findings := trial.update(object, before)
		restored := trial.restore(object, before)
		if is, was := (ack.Object{Kind: trial.kind, Root: object.Root}), (ack.Object{Kind: trial.kind, Root: before}); !policies.Enforced(findings) {
			if write := ack.WriteOf(is, was); write == ack.Observation || write == ack.Claim {
				continue // the webhook observe is asked about these
			}
		}
		for name, needed := range map[string]bool{"validate": len(findings) > 0, "mutate": len(restored) > 0} {
			matches, err := asked.about(t.Context(), name, trial.kind, now, old)
			switch {
			case err != nil: // the API server would refuse an update that it may have to let through
				t.Fatalf("seed %d, %s: %s: %v\n%v\n%v", seed, trial.kind.Name, name, err, old, now)
			case needed && !matches:
				t.Fatalf("seed %d, %s: the webhook %s is not asked about a change of %s, which comes to\n%s%v\n%v\n%v", seed, trial.kind.Name, name, path, report(findings), restored, old, now)
			case needed:
				judged++
			case !matches:
				passed++
			}
		}
	}
	t.Logf("%d updates evaluated, %d passed over", judged, passed)
	if judged < number()/100 || passed < number()/100 {
		t.Errorf("%d updates evaluated and %d passed over: too few to prove anything", judged, passed)
	}
}

// fillsIn reports whether a change gives a value to a field that ACK fills in
// with what AWS says, whatever that is: such updates are let through.
func fillsIn(kind catalog.Kind, path tree.Path, old map[string]any) bool {
	for _, l := range catalog.LateInitializedFields() {
		if l.Kind == kind && l.Value == nil && l.Path == path.Pattern().String() {
			return tree.FromValue(old).Find(path).Absent()
		}
	}
	return false
}

// conditions are the match conditions of updates, by webhook and kind.
type conditions map[string]map[catalog.Kind]matchconditions.Matcher

func newConditions(t *testing.T) conditions {
	t.Helper()
	options := registration.Options{
		Client: func(string) admissionregistrationv1.WebhookClientConfig {
			return admissionregistrationv1.WebhookClientConfig{}
		},
	}
	mutating, err := registration.Mutating(policies.All(), options)
	if err != nil {
		t.Fatal(err)
	}
	validating, err := registration.Validating(policies.All(), options)
	if err != nil {
		t.Fatal(err)
	}
	compiler := cel.NewConditionCompiler(environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion()))
	out := conditions{"mutate": {}, "validate": {}}
	for i := range mutating.Webhooks {
		hook := webhookplugin.NewMutatingWebhookAccessor("", "", &mutating.Webhooks[i])
		out.add("mutate", hook, compiler)
	}
	for i := range validating.Webhooks {
		hook := webhookplugin.NewValidatingWebhookAccessor("", "", &validating.Webhooks[i])
		out.add("validate", hook, compiler)
	}
	return out
}

func (c conditions) add(name string, hook webhookplugin.WebhookAccessor, compiler cel.ConditionCompiler) {
	rule := hook.GetRules()[0]
	if !strings.HasPrefix(hook.GetName(), "update.") {
		return
	}
	for _, kind := range policies.Reads(policies.All()) {
		if kind.Kind.Group == rule.APIGroups[0] && kind.Kind.Resource() == rule.Resources[0] {
			c[name][kind.Kind] = hook.GetCompiledMatcher(compiler)
		}
	}
}

// about reports whether the API server asks a webhook about an update.
func (c conditions) about(ctx context.Context, name string, kind catalog.Kind, now, old map[string]any) (bool, error) {
	matcher, ok := c[name][kind]
	if !ok {
		return false, nil
	}
	gvk := schema.GroupVersionKind{Group: kind.Group, Version: "v1alpha1", Kind: kind.Name}
	gvr := gvk.GroupVersion().WithResource(kind.Resource())
	object, oldObject := &unstructured.Unstructured{Object: now}, &unstructured.Unstructured{Object: old}
	attributes := admission.NewAttributesRecord(object, oldObject, gvk, "default", "x", gvr, "", admission.Update, nil, false, &user.DefaultInfo{Name: "someone"})
	versioned := &admission.VersionedAttributes{
		Attributes: attributes, VersionedKind: gvk,
		VersionedObject: admission.NewLazyObject(runtime.Object(object)), VersionedOldObject: admission.NewLazyObject(runtime.Object(oldObject)),
	}
	result := matcher.Match(ctx, versioned, nil, nil)
	if result.Error != nil {
		return false, fmt.Errorf("match conditions: %w", result.Error)
	}
	return result.Matches, nil
}

// S3 takes the first rule of a Bucket's encryption, so one that is put before the
// key matters, whatever it says. What ACK writes where nothing was does not.
func TestTheWebhookIsAskedAboutARuleBeforeTheKey(t *testing.T) {
	bucket := func(rules ...any) map[string]any {
		return map[string]any{
			"apiVersion": "s3.services.k8s.aws/v1alpha1", "kind": "Bucket", "metadata": map[string]any{
				"name": "b", "namespace": "x", "finalizers": []any{"finalizers.s3.services.k8s.aws/Bucket"},
			},
			"spec": map[string]any{"name": "b", "encryption": map[string]any{"rules": rules}},
		}
	}
	rule := func(byDefault map[string]any) any {
		return map[string]any{"applyServerSideEncryptionByDefault": byDefault}
	}
	keyed := rule(map[string]any{"sseAlgorithm": "aws:kms", "kmsMasterKeyID": "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111"})
	aes256 := rule(map[string]any{"sseAlgorithm": "AES256"})
	conditions := newConditions(t)
	for name, tt := range map[string]struct {
		now, old map[string]any
		want     bool
	}{
		"AES256 before the key":      {bucket(aes256, keyed), bucket(keyed), true},
		"an empty rule before it":    {bucket(map[string]any{}, keyed), bucket(keyed), true},
		"moved behind it":            {bucket(aes256, keyed), bucket(keyed, aes256), true},
		"AES256 where nothing was":   {bucket(aes256), bucket(), false},
		"AES256 in an empty rule":    {bucket(aes256), bucket(map[string]any{}), false},
		"nothing, where AES256 was":  {bucket(), bucket(aes256), false},
		"the same rules":             {bucket(keyed), bucket(keyed), false},
		"the key where AES256 stood": {bucket(keyed), bucket(aes256), true},
	} {
		got, err := conditions.about(t.Context(), "validate", catalog.Kind{Group: catalog.S3, Name: "Bucket"}, tt.now, tt.old)
		if err != nil || got != tt.want {
			t.Errorf("%s: asked %v, %v", name, got, err)
		}
	}
}
