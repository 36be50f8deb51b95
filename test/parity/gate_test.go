package parity

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sound are results of every outcome on one object.
func sound(enforce bool) []result {
	out := []result{
		{
			Policy: "sagemaker-volume-key", Reason: "missing", Mode: "Enforce", Path: "spec.kmsKeyID", Message: "no key.", Inject: true,
			Fix: []edit{{Path: "spec.kmsKeyID", Value: "arn:x"}},
		},
		{Policy: "transit-vpc", Reason: "public-network", Mode: "Warn", Path: "spec.vpcConfig", Message: "no VPC."},
		{Policy: "plaintext-secret", Reason: "plaintext", Mode: "Audit", Path: "spec.environment.PASSWORD", Message: "a password."},
	}
	if enforce {
		out = append(out, result{
			Policy: "sagemaker-output-key", Reason: "aws-managed", Mode: "Enforce", Path: "spec.outputDataConfig.kmsKeyID", Message: "of AWS. Set it to arn:x.",
			Fix: []edit{{Path: "spec.outputDataConfig.kmsKeyID", Value: "arn:x"}},
		})
	}
	return out
}

// TestNoDifferenceGoesUnseen changes one thing at a time in what the command
// line says: another answer must be announced each time.
func TestNoDifferenceGoesUnseen(t *testing.T) {
	for name, change := range map[string]func(*result) bool{
		"policy": func(r *result) bool { r.Policy += "-x"; return !r.Inject }, // what is set has no policy on its way to etcd
		"reason": func(r *result) bool { r.Reason += "-x"; return !r.Inject },
		"mode": func(r *result) bool {
			r.Mode = map[string]string{"Enforce": "Warn", "Warn": "Audit", "Audit": "Enforce"}[r.Mode]
			return !r.Inject
		},
		"path":   func(r *result) bool { r.Path += ".x"; return !r.Inject },
		"words":  func(r *result) bool { r.Message += " x"; return !r.Inject && r.Mode != "Audit" }, // the audit log has no words
		"inject": func(r *result) bool { r.Inject = !r.Inject; return true },
		"the path of what is set": func(r *result) bool {
			return r.Inject && setFirst(r, edit{Path: r.Fix[0].Path + "x", Value: r.Fix[0].Value})
		},
		"the value that is set": func(r *result) bool { return r.Inject && setFirst(r, edit{Path: r.Fix[0].Path, Value: "arn:y"}) },
		"whether anything is set": func(r *result) bool {
			r.Fix = nil
			return r.Inject
		},
	} {
		for _, enforce := range []bool{false, true} {
			want := announced(sound(enforce))
			for i := range sound(enforce) {
				results := sound(enforce)
				if !change(&results[i]) || enforce && results[i].Mode == "Warn" && name == "words" { // a denial comes without warnings
					continue
				}
				if cmp.Equal(want, announced(results)) {
					t.Errorf("another %s of %s goes unseen", name, sound(enforce)[i].label())
				}
			}
		}
	}
	for i := range sound(true) {
		if cmp.Equal(announced(sound(true)), announced(slices.Delete(sound(true), i, i+1))) {
			t.Errorf("that %s is lacking goes unseen", sound(true)[i].label())
		}
	}
}

func setFirst(r *result, e edit) bool {
	r.Fix[0] = e
	return true
}

// TestNoFixThatFallsShortGoesUnseen holds what is asked of a fixed object.
func TestNoFixThatFallsShortGoesUnseen(t *testing.T) {
	stored := func(key string) made { return made{object: []byte(`{"spec": {"kmsKeyID": "` + key + `"}}`)} }
	before := verdict{results: sound(false), answer: announced(sound(false)), made: stored("arn:x")}
	fixed := verdict{results: sound(false)[1:], answer: announced(sound(false)[1:]), made: stored("arn:x")}
	for name, tt := range map[string]struct {
		after verdict
		seen  bool
	}{
		"as it should be":        {fixed, false},
		"not fixed":              {before, true},
		"fixed to another value": {verdict{results: fixed.results, answer: fixed.answer, made: stored("arn:y")}, true},
	} {
		x := &trial{t: t}
		x.settled([]verdict{before}, []verdict{tt.after})
		if seen := len(x.differences) > 0; seen != tt.seen {
			t.Errorf("%s: %q", name, x.differences)
		}
	}
}
