package policies_test

import (
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// A hint that names the default key would put an existing resource into
// ACK.Terminal forever: AWS cannot change the key.
func TestTheRemedyForAnExistingResourceIsTheKeyThatItHas(t *testing.T) {
	const other = "arn:aws:kms:eu-west-1:111122223333:key/99999999-9999-9999-9999-999999999999"
	job := func(finalizer, key string) *tree.Node {
		text := `{"apiVersion":"sagemaker.services.k8s.aws/v1alpha1","kind":"TransformJob","metadata":{"name":"x","finalizers":[` + finalizer +
			`]},"spec":{"transformOutput":{"s3OutputPath":"s3://b/o"` + key + `}}}`
		root, err := tree.ParseJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return root
	}
	const existing = `"finalizers.sagemaker.services.k8s.aws/TransformJob"`
	for name, c := range map[string]struct{ finalizer, old, now, want string }{
		"dropped":               {existing, `,"kmsKeyID":"` + other + `"`, ``, "Set it back to \"" + other + "\": "},
		"replaced by a bad one": {existing, `,"kmsKeyID":"` + other + `"`, `,"kmsKeyID":"alias/aws/s3"`, "Set it back to \"" + other + "\": "},
		"added to a legacy one": {existing, ``, `,"kmsKeyID":"alias/aws/s3"`, "Remove the field: "},
		"added, and good":       {existing, ``, `,"kmsKeyID":"` + other + `"`, "Remove the field: "},
		"another good one":      {existing, `,"kmsKeyID":"` + other + `"`, `,"kmsKeyID":"` + otherKey + `"`, "Set it back to \"" + other + "\": "},
		"not in AWS yet":        {`"other.example/x"`, `,"kmsKeyID":"` + other + `"`, ``, "Set it to arn:aws:kms:"},
	} {
		t.Run(name, func(t *testing.T) {
			findings := evaluate(evaluator(t), policies.NewObject(job(c.finalizer, c.now)), job(c.finalizer, c.old), policies.Nowhere{})
			if len(findings) != 1 || !strings.HasPrefix(findings[0].Remedy, c.want) {
				t.Errorf("findings: %+v; want the remedy %q", findings, c.want)
			}
		})
	}
}
