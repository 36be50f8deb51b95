package policies_test

import (
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/policies"
)

func TestS3NoCustomerProvidedKeyFixtures(t *testing.T) {
	testFixtures(t, "s3-no-customer-provided-key")
}

func TestS3NoCustomerProvidedKeyReadsConditionsAsAWSDoes(t *testing.T) {
	const algorithm = `"s3:x-amz-server-side-encryption-customer-algorithm"`
	for condition, refused := range map[string]bool{
		`{"Null":{` + algorithm + `:"false"}}`:                                      true,
		`{"Null":{` + algorithm + `:false}}`:                                        true,
		`{"Null":{"S3:X-Amz-Server-Side-Encryption-Customer-Algorithm":["false"]}}`: true,
		`{"StringEquals":{` + algorithm + `:"AES256"}}`:                             true,
		`{"StringLike":{` + algorithm + `:"*"}}`:                                    true,
		`{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}`:         true, // the key is absent
		`{"Null":{"s3:x-amz-server-side-encryption":"true"}}`:                       true,
		`{"StringNotEquals":{"s3:x-amz-server-side-encryption":["aws:kms","aws:kms:dsse"]},"Null":{"s3:x-amz-server-side-encryption":true}}`: true,
		`{"StringNotLikeIfExists":{"s3:x-amz-server-side-encryption-aws-kms-key-id":"arn:*"}}`:                                               true,
		`{"StringEqualsIfExists":{"s3:x-amz-server-side-encryption":"AES256"}}`:                                                              true,
		`{"Null":{` + algorithm + `:"true"}}`:                                                                                                  false,
		`{"StringNotEquals":{` + algorithm + `:"AES256"}}`:                                                                                     false,
		`{"StringEquals":{` + algorithm + `:"aws:kms"}}`:                                                                                       false,
		`{"Bool":{` + algorithm + `:"AES256"}}`:                                                                                                false,
		`{"StringNotEqualsIfExists":{"aws:PrincipalArn":"x"},"Null":{` + algorithm + `:"false"}}`:                                              false,
		`{"StringEquals":{"s3:x-amz-server-side-encryption":"AES256"}}`:                                                                        false,
		`{"ForAllValues:StringEquals":{"s3:x-amz-server-side-encryption":"AES256"}}`:                                                           true, // of no values all are
		`{"ForAnyValue:StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}`:                                                        false,
		`{"Null":{"s3:x-amz-server-side-encryption":"false"}}`:                                                                                 false,
		`{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"},"StringEquals":{"s3:x-amz-server-side-encryption":["a","aws:kms"]}}`: false,
	} {
		policy := `{"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:Put*","Resource":"arn:aws:s3:::data/*","Condition":` + condition + `}}`
		got := of("s3-no-customer-provided-key", bucket(t, "data", policy).findings(evaluator(t)))
		if (len(got) == 0) != refused {
			t.Errorf("%s refuses SSE-C: %v, want %v", condition, len(got) == 0, refused)
		}
		if !refused && strings.Contains(condition, algorithm) && !strings.Contains(got[0].Remedy, "its Condition is not") {
			t.Errorf("%s: the hint does not say what is wrong: %s", condition, got[0].Remedy)
		}
	}
}

func TestS3NoCustomerProvidedKeyIsOffByDefault(t *testing.T) {
	for _, p := range policies.All() {
		if p.ID == "s3-no-customer-provided-key" && p.Default != policies.Off {
			t.Errorf("its default is %s", p.Default)
		}
	}
}
