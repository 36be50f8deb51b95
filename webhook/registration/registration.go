package registration

import (
	"fmt"
	"strings"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/ack"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/webhook"
)

// Options is what an installation decides.
type Options struct {
	// Name is that of both configurations.
	Name string
	// Client says how the API server reaches a path of the webhook.
	Client func(path string) admissionregistrationv1.WebhookClientConfig
	// Controllers are the user names of the ACK controllers, as in the
	// configuration. Their writes are only reported, and never wait for a
	// replica.
	Controllers []string
	// MutatingTimeout and ValidatingTimeout are in seconds.
	MutatingTimeout, ValidatingTimeout int32
}

// The timeouts of an installation that says nothing of them, in seconds.
const (
	MutatingTimeout   = 2
	ValidatingTimeout = 3
	// observingTimeout bounds how long a hanging webhook delays ACK.
	observingTimeout = 1
)

// domain is the suffix of the webhooks' names, which people see in denials.
const domain = ".cmkgate.io"

// Mutating is the configuration of the mutating webhook. It fails open: what
// could not be injected is still validated.
func Mutating(list []policies.Policy, o Options) (*admissionregistrationv1.MutatingWebhookConfiguration, error) {
	c := &admissionregistrationv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: o.Name}}
	for _, reads := range policies.Reads(list) {
		if len(reads.Keys) == 0 {
			continue
		}
		expression, err := keysChanged(reads)
		if err != nil {
			return nil, fmt.Errorf("match conditions of %s: %w", reads.Kind.Name, err)
		}
		for _, e := range []entry{created(reads.Kind, o), restored(reads.Kind, o, expression)} {
			c.Webhooks = append(c.Webhooks, admissionregistrationv1.MutatingWebhook{
				Name:                    e.name + ".mutate" + domain,
				ClientConfig:            o.Client(webhook.MutatePath),
				Rules:                   e.rules,
				MatchConditions:         e.conditions,
				MatchPolicy:             new(admissionregistrationv1.Equivalent),
				FailurePolicy:           new(admissionregistrationv1.Ignore),
				ReinvocationPolicy:      new(admissionregistrationv1.IfNeededReinvocationPolicy),
				SideEffects:             new(admissionregistrationv1.SideEffectClassNone),
				TimeoutSeconds:          new(o.MutatingTimeout),
				AdmissionReviewVersions: []string{"v1"},
			})
		}
	}
	return c, nil
}

// Validating is the configuration of the validating webhook. It fails closed,
// except for requests that it only observes.
func Validating(list []policies.Policy, o Options) (*admissionregistrationv1.ValidatingWebhookConfiguration, error) {
	c := &admissionregistrationv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: o.Name}}
	add := func(e entry, policy admissionregistrationv1.FailurePolicyType, timeout int32) {
		c.Webhooks = append(c.Webhooks, admissionregistrationv1.ValidatingWebhook{
			Name:                    e.name + ".validate" + domain,
			ClientConfig:            o.Client(webhook.ValidatePath),
			Rules:                   e.rules,
			MatchConditions:         e.conditions,
			MatchPolicy:             new(admissionregistrationv1.Equivalent),
			FailurePolicy:           &policy,
			SideEffects:             new(admissionregistrationv1.SideEffectClassNone),
			TimeoutSeconds:          &timeout,
			AdmissionReviewVersions: []string{"v1"},
		})
	}
	groups := map[string][]catalog.Kind{}
	for _, reads := range policies.Reads(list) {
		expression, err := changed(reads)
		if err != nil {
			return nil, fmt.Errorf("match conditions of %s: %w", reads.Kind.Name, err)
		}
		add(created(reads.Kind, o), admissionregistrationv1.Fail, o.ValidatingTimeout)
		add(updated(reads.Kind, o, expression), admissionregistrationv1.Fail, o.ValidatingTimeout)
		groups[reads.Kind.Group] = append(groups[reads.Kind.Group], reads.Kind)
	}
	for _, s := range catalog.Services() {
		if kinds := groups[s.Group]; len(kinds) > 0 {
			add(observed(kinds, o), admissionregistrationv1.Ignore, observingTimeout)
		}
	}
	return c, nil
}

// entry is one webhook of a configuration: one for each kind and operation, so
// that each update is compared by what matters for its kind.
type entry struct {
	name       string
	rules      []admissionregistrationv1.RuleWithOperations
	conditions []admissionregistrationv1.MatchCondition
}

func created(kind catalog.Kind, o Options) entry {
	return entry{
		name:       "create." + strings.ToLower(kind.Name),
		rules:      rules(admissionregistrationv1.Create, kind),
		conditions: []admissionregistrationv1.MatchCondition{byOthers(o)},
	}
}

// restored are the updates that may omit a key.
func restored(kind catalog.Kind, o Options, changed string) entry {
	return update(kind, o, "!"+ack.ObservationCEL(), changed)
}

// updated are the updates that may introduce something: one that changes what
// policies read, and one that makes ACK create what it could not create before.
// The second write of an adoption is left to observed, unless ACK would carry
// it out for a person too.
func updated(kind catalog.Kind, o Options, changed string) entry {
	adoption := "!" + ack.ObservationCEL()
	if catalog.UpdatesKeys(kind) {
		adoption = "!(" + ack.ObservationCEL() + " && !" + ack.HasSpecCEL("oldObject") + ")"
		changed += " || (" + ack.AdoptingCEL("oldObject") + " && " + ack.ManagedCEL("object") + " && " + ack.HasSpecCEL("object") + ")"
	}
	adopts := "(" + ack.AdoptingCEL("object") + " && !" + ack.AdoptingCEL("oldObject") + ")" // by losing the finalizer, too
	return update(kind, o, adoption, strings.Join([]string{changed, adopts, ack.CreationCEL(kind)}, " || "))
}

func update(kind catalog.Kind, o Options, adoption, changed string) entry {
	return entry{
		name:  "update." + strings.ToLower(kind.Name),
		rules: rules(admissionregistrationv1.Update, kind),
		conditions: []admissionregistrationv1.MatchCondition{
			byOthers(o),
			condition("not-deleting", "!"+ack.DeletingCEL("object")),
			condition("not-adopting", adoption),
			condition("changed", changed),
		},
	}
}

// observed are writes that are reported and never denied: those of ACK, those
// that look like ACK's, and those that people should be warned of.
func observed(kinds []catalog.Kind, o Options) entry {
	group, _, _ := strings.Cut(kinds[0].Group, ".")
	return entry{
		name:  "observe." + group,
		rules: rules(admissionregistrationv1.Update, kinds...),
		conditions: []admissionregistrationv1.MatchCondition{
			condition("not-deleting", "!"+ack.DeletingCEL("object")),
			condition("observed", strings.Join([]string{
				ack.LosesFinalizerCEL(),
				ack.ObservationCEL(),
				claims(kinds, o),
				"(" + byController(o.Controllers) + ") && " + ack.SpecChangedCEL(),
			}, " || ")),
		},
	}
}

// claims are writes that give ACK's finalizer to an object whose key ACK can change
// on a resource that exists. ACK's own are omitted where its name is known.
func claims(kinds []catalog.Kind, o Options) string {
	var names []string
	for _, kind := range kinds {
		if catalog.UpdatesKeys(kind) {
			names = append(names, literal(kind.Name))
		}
	}
	return fmt.Sprintf("(!(%s) && request.kind.kind in [%s] && !%s && %s && !%s)", byController(o.Controllers), strings.Join(names, ", "),
		ack.ManagedCEL("oldObject"), ack.ManagedCEL("object"), ack.AdoptingCEL("oldObject"))
}

func condition(name, expression string) admissionregistrationv1.MatchCondition {
	return admissionregistrationv1.MatchCondition{Name: name, Expression: expression}
}

func byOthers(o Options) admissionregistrationv1.MatchCondition {
	return condition("by-others", "!("+byController(o.Controllers)+")")
}

// rules match main resources only: a resource without a slash leaves its
// subresources out.
func rules(operation admissionregistrationv1.OperationType, kinds ...catalog.Kind) []admissionregistrationv1.RuleWithOperations {
	var resources []string
	for _, k := range kinds {
		resources = append(resources, k.Resource())
	}
	return []admissionregistrationv1.RuleWithOperations{{
		Operations: []admissionregistrationv1.OperationType{operation},
		Rule: admissionregistrationv1.Rule{
			APIGroups: []string{kinds[0].Group}, APIVersions: []string{"*"}, Resources: resources,
			Scope: new(admissionregistrationv1.NamespacedScope),
		},
	}}
}
