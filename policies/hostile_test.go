package policies_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
	"github.com/cmkgate/cmkgate/test/hostile"
)

// Whatever an object is made of, eight times as much of it takes about eight times
// as long to check, as a new object and as an update. Where work grows with the
// square of the size, it takes 64 times as long.
func TestWorkGrowsWithTheSizeOfAnObjectAndNoFaster(t *testing.T) {
	if os.Getenv("CMKGATE_HOSTILE") == "" {
		t.Skip("it measures time, on a machine that does nothing else: run 'make e2e-hostile'")
	}
	const small, growth, most = 8_000, 8, 32
	e := evaluator(t)
	for i, s := range hostile.Shapes() {
		if testing.Short() && i%10 > 0 {
			continue
		}
		one, four := checks(t, &s, e, small), checks(t, &s, e, small*growth)
		least, ofFour, ratio := time.Hour, time.Hour, float64(most+1)
		for try := 0; try < 60 && ratio > most; try++ { // the machine may be busy with something else
			const floor = 200 * time.Microsecond
			least, ofFour = min(least, timeOf(one)), min(ofFour, timeOf(four))
			ratio = float64(ofFour) / float64(max(least, floor))
		}
		if ratio > most {
			t.Errorf("%s: %d times as much takes %.1f times as long", s.Name, growth, ratio)
		}
	}
}

// checks is a function that does with the object what the webhooks do.
func checks(t *testing.T, s *hostile.Shape, e *policies.Evaluator, size int) func() {
	t.Helper()
	text, before := []byte(s.Text(size)), []byte(s.Before(size))
	return func() {
		object, old := parsed(t, text), parsed(t, before)
		if object.Root == nil || old.Root == nil {
			return
		}
		complete(e, object, nil)
		evaluate(e, object, nil, nil)
		restorations(e, object, old.Root, nil)
		evaluate(e, object, old.Root, nil)
	}
}

// parsed is an object as the webhook reads it, without a root where it does not.
func parsed(t *testing.T, text []byte) policies.Object {
	t.Helper()
	root, err := tree.ParseBounded(text)
	if errors.Is(err, tree.ErrTooManyValues) {
		return policies.Object{}
	}
	if err != nil {
		t.Fatalf("%v: %.200s", err, text)
	}
	return policies.NewObject(root)
}

func timeOf(work func()) time.Duration {
	start := time.Now()
	work()
	return time.Since(start)
}

// What is found in an object of any size fits into memory, and each finding
// into a message.
func TestFindingsOfHostileObjectsAreBounded(t *testing.T) {
	const size, most, longest = 100_000, 2500 + 3, 2500 // and what is said once
	e := evaluator(t)
	for i, s := range hostile.Shapes() {
		if testing.Short() && i%10 > 0 {
			continue
		}
		object, old := parsed(t, []byte(s.Text(size))), parsed(t, []byte(s.Before(size)))
		if object.Root == nil || old.Root == nil {
			continue
		}
		edits, _ := complete(e, object, nil)
		if len(edits) > 3*most {
			t.Errorf("%s: %d edits", s.Name, len(edits))
		}
		for _, findings := range [][]policies.Finding{evaluate(e, object, nil, nil), evaluate(e, object, old.Root, nil)} {
			byPolicy := map[policies.ID]int{}
			for i := range findings {
				f := &findings[i]
				byPolicy[f.Policy]++
				if byPolicy[f.Policy] > most {
					t.Fatalf("%s: more than %d findings of %s", s.Name, most, f.Policy)
				}
				if n := len(f.Message()); n > longest {
					t.Fatalf("%s: a message of %d bytes: %.300q", s.Name, n, f.Message())
				}
			}
		}
	}
}

// definitions is a tuning job with so many definitions, the last with another key.
func definitions(t *testing.T, n int, last, annotation string) policies.Object {
	t.Helper()
	definition := func(key string) string {
		return `{"outputDataConfig":{"kmsKeyID":"` + key + `"},"resourceConfig":{"instanceType":"ml.m5.xlarge","volumeKMSKeyID":"` + key + `"}}`
	}
	list := strings.Repeat(definition(key)+",", n-1) + definition(last)
	return parsed(t, []byte(`{"apiVersion":"sagemaker.services.k8s.aws/v1alpha1","kind":"HyperParameterTuningJob","metadata":{"name":"a","annotations":{"a":"`+
		annotation+`"}},"spec":{"trainingJobDefinitions":[`+list+`]}}`))
}

// No place escapes by standing behind many others: what is not checked is denied.
func TestWhatLiesBehindManyPlacesIsDenied(t *testing.T) {
	const stranger = "arn:aws:kms:eu-west-1:999988887777:key/11111111-1111-1111-1111-111111111111"
	e := evaluator(t, keysOnly)
	for _, n := range []int{1, 2499, 2500, 2501, 5000} {
		good, bad := definitions(t, n, key, ""), definitions(t, n, stranger, "")
		if !policies.Enforced(evaluate(e, bad, nil, nil)) {
			t.Errorf("%d definitions, the last with a stranger's key: admitted", n)
		}
		if !policies.Enforced(evaluate(e, bad, good.Root, nil)) {
			t.Errorf("%d definitions, an update of the last to a stranger's key: admitted", n)
		}
		if got := evaluate(e, definitions(t, n, stranger, "labeled"), bad.Root, nil); len(got) > 0 {
			t.Errorf("%d definitions from before cmkgate, an annotation changes:\n%s", n, report(got[:1]))
		}
		if got := policies.Enforced(evaluate(e, good, nil, nil)); got != (n > 2500) {
			t.Errorf("%d good definitions: denied is %v", n, got)
		}
	}
}

// What nobody can inject in one patch is denied, and not injected in part.
func TestAnObjectWithTooManyPlacesIsNotCompleted(t *testing.T) {
	list := strings.Repeat(`{"outputDataConfig":{}},`, 3000) + `{"outputDataConfig":{}}`
	object := parsed(t, []byte(`{"apiVersion":"sagemaker.services.k8s.aws/v1alpha1","kind":"HyperParameterTuningJob","metadata":{"name":"a"},"spec":{"trainingJobDefinitions":[`+list+`]}}`))
	if edits, denied := complete(evaluator(t), object, nil); len(edits) > 0 || !denied {
		t.Errorf("%d edits, denied %v", len(edits), denied)
	}
}

// impatient is a World whose caller has gone.
type impatient struct {
	policies.Nowhere
	asked *int
}

func (w impatient) Interrupted() bool { *w.asked++; return true }

func TestAnEvaluationEndsSoonAfterItsCallerHasGone(t *testing.T) {
	object := definitions(t, 2000, key, "")
	asked := 0
	got := evaluate(evaluator(t, keysOnly), object, nil, impatient{asked: &asked})
	if asked == 0 || asked > 2*len(policies.All()) || len(got) == 0 {
		t.Errorf("asked %d times, %d findings", asked, len(got))
	}
}

// A name that is as long as a definition stands in no finding.
func TestAKeyBelowALongNameIsDenied(t *testing.T) {
	for name, arguments := range map[string]string{
		"one long name":     `{"` + strings.Repeat("n", 2000) + `":{"KmsKeyId":"alias/aws/s3"}}`,
		"many names":        strings.Repeat(`{"`+strings.Repeat("n", 100)+`":`, 20) + `{"KmsKeyId":"alias/aws/s3"}` + strings.Repeat("}", 20),
		"the name of a key": `{"` + strings.Repeat("n", 2000) + `KmsKeyId":"alias/aws/s3"}`,
	} {
		got := of("sagemaker-pipeline-key", pipeline(`{"Steps":[{"Name":"a","Type":"Tomorrow","Arguments":`+arguments+`}]}`).findings(evaluator(t)))
		if len(got) != 1 || got[0].Mode != policies.Enforce || got[0].Reason != policies.Malformed || len(got[0].Message()) > 500 {
			t.Errorf("%s:\n%s", name, report(got))
		}
	}
}
