package policies

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cmkgate/cmkgate/policies/ack"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/kms"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// judgeKey evaluates the value of a key field. Injectable reports whether the
// webhook would set the field if it were missing.
func (e *evaluation) judgeKey(f *field, path tree.Path, value *tree.Node, injectable bool) (Finding, bool) {
	if finding, wrong := e.wrongKey(f, path, value, injectable); wrong {
		return finding, true
	}
	return e.unprovenKey(f, path, value)
}

// unprovenKey is the finding for a key that is trusted for its account alone.
// The ARN or ID of a key that AWS manages looks like any other; only an alias
// that is not AWS's can point to nothing but a customer-managed key (KMS API,
// CreateAlias, TargetKeyId).
func (e *evaluation) unprovenKey(f *field, path tree.Path, value *tree.Node) (Finding, bool) {
	ref, err := kms.Parse(value.Str())
	if err != nil || ref.IsAlias() || e.old != nil && e.old.Find(path).Str() == value.Str() {
		return Finding{}, false
	}
	if ref.Account == "" {
		ref = ref.In(e.region, e.account)
	}
	if e.listed(ref) {
		return Finding{}, false
	}
	finding := Finding{
		Reason:  Unproven,
		Path:    path.Clone(),
		Problem: fmt.Sprintf("%s is a key of an account that your organization trusts, but its name does not show whether you or AWS manage it.", quote(value.Str())),
		Remedy:  "If it is yours, ask your platform team to list it in trustedKeys.arns",
	}
	if key, ok := e.keyFor(f); ok {
		finding.Remedy += "; otherwise use " + key
	}
	finding.Remedy += "."
	return finding, true
}

// listed reports whether the organization lists the key itself.
func (e *evaluation) listed(ref kms.Reference) bool {
	return slices.Contains(e.settings.Trusted.Keys, ref) ||
		slices.ContainsFunc(e.settings.DefaultKeys, func(k DefaultKey) bool { return k.Key == ref })
}

// wrongKey evaluates the value by everything but that.
func (e *evaluation) wrongKey(f *field, path tree.Path, value *tree.Node, injectable bool) (Finding, bool) {
	if value.Missing() {
		if finding, ok := e.takenBack(f, path); ok {
			return finding, true
		}
		return e.missingKey(f, path, injectable), true
	}
	reason, problem := e.keyProblem(f, value)
	if problem == "" {
		return e.changedKey(f, path, value)
	}
	finding := Finding{Reason: reason, Path: path.Clone(), Problem: problem}
	if e.prescribeForExisting(&finding, f) {
		return finding, true
	}
	key, ok := e.keyFor(f)
	if !ok {
		finding.Remedy = e.noDefaultKey(f)
		return finding, true
	}
	finding.Remedy = "Set it to " + key
	if kms.Placeholder(value.Str()) == "" {
		finding.Fix = []Edit{{Path: finding.Path, Value: key}}
	} else { // what was to stand here, only a person knows
		finding.Remedy = "Fill it in, for example with " + key + ","
	}
	if injectable {
		finding.Remedy += " or remove the field"
	}
	finding.Remedy = strings.TrimSuffix(finding.Remedy, ",") + "."
	return finding, true
}

func (e *evaluation) missingKey(f *field, path tree.Path, injectable bool) Finding {
	finding := Finding{
		Reason:  Missing,
		Path:    path.Clone(),
		Problem: "no KMS key is set, so " + f.Consequence + ".",
	}
	if e.prescribeForExisting(&finding, f) {
		return finding
	}
	key, ok := e.keyFor(f)
	if !ok {
		finding.Remedy = e.noDefaultKey(f)
		return finding
	}
	finding.Remedy = "Set it to " + key + "."
	finding.Fix = []Edit{{Path: finding.Path, Value: key}}
	finding.Inject = injectable
	return finding
}

// keyProblem says what is wrong with a value as a key for the field; an empty
// problem means nothing.
func (e *evaluation) keyProblem(f *field, value *tree.Node) (Reason, string) {
	if open := e.parameters.unseen(value); open != nil {
		return Unverifiable, open.reason + ", so cmkgate cannot see the key."
	}
	if value.Kind() != tree.String {
		return Malformed, fmt.Sprintf("a KMS key must be a string, not a value of type %s.", value.Kind())
	}
	text := value.Text()
	ref, err := kms.Parse(text)
	if err != nil && kms.Placeholder(text) != "" {
		return Placeholder, fmt.Sprintf("%s is not a KMS key: %v.", quote(text), err)
	}
	if err != nil {
		return Malformed, fmt.Sprintf("%s is not a KMS key: %v.", quote(text), err)
	}
	if ref.AWSManaged() {
		return AWSManaged, fmt.Sprintf("%s is managed by AWS, not by your organization.", quote(text))
	}
	if ref.Form&f.Accepts == 0 {
		return Malformed, fmt.Sprintf("AWS documents only %s for this field, but %s is %s.", withArticle(f.Accepts), quote(text), withArticle(ref.Form))
	}
	if ref.Region != "" && ref.Region != e.region && e.regionResolved() && !f.OtherRegion {
		return WrongRegion, fmt.Sprintf("%s is a key of %s, but this %s is created in %s.", quote(text), ref.Region, e.object.Kind, e.regionAndWhy())
	}
	return e.trust(ref, text)
}

// trust evaluates by whose key it is. AWS looks for a bare key ID or alias in
// the account of the caller, which is the role that ACK works with.
func (e *evaluation) trust(ref kms.Reference, text string) (Reason, string) {
	var why string
	if ref.Account == "" {
		ref, why = ref.In(e.region, e.account), e.accountFrom.inParentheses()
	}
	if slices.Contains(e.settings.Denied, ref) {
		return Untrusted, fmt.Sprintf("your organization denies %s.", quote(text))
	}
	t := &e.settings.Trusted
	if slices.Contains(t.Accounts, ref.Account) || e.listed(ref) {
		return "", ""
	}
	switch {
	case ref.Account == "" && e.accountResolved():
		return Unverifiable, fmt.Sprintf("%s has no account, and the AWS account cannot be determined (set aws.accountID).", quote(text))
	case ref.Account == "":
		return Unverifiable, fmt.Sprintf("%s has no account, and the AWS account cannot be determined%s.", quote(text), why)
	case len(t.Accounts) > 0:
		return Untrusted, fmt.Sprintf("%s is a key of account %s%s, which your organization does not trust.", quote(text), ref.Account, why)
	case why != "":
		return Untrusted, fmt.Sprintf("%s in account %s%s is not one of the keys that your organization trusts.", quote(text), ref.Account, why)
	default:
		return Untrusted, fmt.Sprintf("%s is not one of the keys that your organization trusts.", quote(text))
	}
}

// keyFor is the key that a hint may name for the field.
func (e *evaluation) keyFor(f *field) (string, bool) {
	if f.OtherRegion {
		return "", false
	}
	return e.defaultKey(f.Purpose)
}

func (e *evaluation) noDefaultKey(f *field) string {
	if f.OtherRegion {
		return "Set it to the ARN of a customer-managed key; " + f.NoInjectReason + "."
	}
	if !e.resolved() {
		return "cmkgate suggests a key once region and account are resolved."
	}
	return fmt.Sprintf("cmkgate has no default %s key in %s: set the ARN of a customer-managed key of that region, or ask your platform team to add one to defaultKeys.",
		f.Purpose, e.regionAndWhy())
}

// mayInject reports whether the webhook may set the field on its own. Injection
// is for new objects only: on an existing one the key would never reach AWS.
// What adopt-or-create applies to may exist, so there only mutable fields count.
func (e *evaluation) mayInject(f *field) bool {
	if e.update || e.audit || f.NoInjectReason != "" || !e.switched.injects() || e.facts.Managed || e.facts.Adopted || e.facts.ReadOnly {
		return false
	}
	switch e.facts.Adoption {
	case ack.Adopt:
		return false
	case ack.AdoptOrCreate:
		return f.Mutable
	default:
		return true
	}
}

// defaultKey is the organization's key for a purpose in the object's region:
// of the entries that cover the object the most specific, then the one of the
// object's own account. Two that are equally good are none.
func (e *evaluation) defaultKey(purpose catalog.Purpose) (string, bool) {
	if !e.resolved() {
		return "", false
	}
	best, bestScore, tied := -1, -1, false
	keys := e.settings.DefaultKeys
	for i := range keys {
		if !keys[i].covers(e.region, e.namespace.Name, purpose) {
			continue
		}
		score := keys[i].Specificity() * 2
		if keys[i].Key.Account == e.account {
			score++
		}
		switch {
		case score > bestScore:
			best, bestScore, tied = i, score, false
		case score == bestScore && keys[i].Key != keys[best].Key:
			tied = true
		}
	}
	if best < 0 || tied {
		return "", false
	}
	return keys[best].Key.String(), true
}

func (k *DefaultKey) covers(region, namespace string, purpose catalog.Purpose) bool {
	if k.Key.Region != region || !matchesAny(k.Namespaces, namespace) {
		return false
	}
	return len(k.Purposes) == 0 || slices.Contains(k.Purposes, purpose)
}

// Specificity is the number of constraints of an entry; the most specific wins.
func (k *DefaultKey) Specificity() int {
	n := 0
	if len(k.Namespaces) > 0 {
		n++
	}
	if len(k.Purposes) > 0 {
		n++
	}
	return n
}

// quote shows a value that a person wrote: escaped, and cut where it is so long
// that it would drown the message.
func quote(s string) string {
	const limit = 120
	if len(s) > limit {
		cut := limit
		for cut > limit-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return strconv.Quote(s)
}

// withArticle is a form of a key as it stands in a sentence.
func withArticle(form kms.Form) string { return indefinite(form.String()) }

// indefinite puts the article before a word. A U is omitted: UserProfile
// begins with a consonant to the ear.
func indefinite(word string) string {
	if word != "" && strings.ContainsRune("aeioAEIO", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}
