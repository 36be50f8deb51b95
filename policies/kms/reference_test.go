package kms

import (
	"strings"
	"testing"
)

const (
	uuid = "1234abcd-12ab-34cd-56ef-1234567890ab"
	mrk  = "mrk-1234abcd12ab34cd56ef1234567890ab"
)

func TestParseKnowsEveryForm(t *testing.T) {
	for _, tt := range []struct {
		in                       string
		want                     Reference
		alias, managed, multiReg bool
	}{
		{in: uuid, want: Reference{Form: KeyID, Name: uuid}},
		{in: mrk, want: Reference{Form: KeyID, Name: mrk}, multiReg: true},
		{in: "alias/churn", want: Reference{Form: AliasName, Name: "alias/churn"}, alias: true},
		{in: "alias/team/a_b-C9", want: Reference{Form: AliasName, Name: "alias/team/a_b-C9"}, alias: true},
		{in: "alias/aws/s3", want: Reference{Form: AliasName, Name: "alias/aws/s3"}, alias: true, managed: true},
		{in: "alias/aws/", want: Reference{Form: AliasName, Name: "alias/aws/"}, alias: true, managed: true},
		// Only the reserved prefix is AWS's; aliases are case-sensitive.
		{in: "alias/aws", want: Reference{Form: AliasName, Name: "alias/aws"}, alias: true},
		{in: "alias/awsome/s3", want: Reference{Form: AliasName, Name: "alias/awsome/s3"}, alias: true},
		{in: "alias/AWS/s3", want: Reference{Form: AliasName, Name: "alias/AWS/s3"}, alias: true},
		{in: "alias/mrk-x", want: Reference{Form: AliasName, Name: "alias/mrk-x"}, alias: true},
		{
			in:   "arn:aws:kms:eu-west-1:111122223333:key/" + uuid,
			want: Reference{KeyARN, "aws", "eu-west-1", "111122223333", uuid},
		},
		{
			in:   "arn:aws:kms:us-east-1:111122223333:key/" + mrk,
			want: Reference{KeyARN, "aws", "us-east-1", "111122223333", mrk}, multiReg: true,
		},
		{
			in:   "arn:aws:kms:eu-west-1:111122223333:alias/churn",
			want: Reference{AliasARN, "aws", "eu-west-1", "111122223333", "alias/churn"}, alias: true,
		},
		{
			in:   "arn:aws:kms:eu-west-1:111122223333:alias/aws/sagemaker",
			want: Reference{AliasARN, "aws", "eu-west-1", "111122223333", "alias/aws/sagemaker"}, alias: true, managed: true,
		},
	} {
		got, err := Parse(tt.in)
		if err != nil || got != tt.want {
			t.Errorf("Parse(%q) = %+v, %v; want %+v", tt.in, got, err, tt.want)
			continue
		}
		if got.IsAlias() != tt.alias || got.AWSManaged() != tt.managed || got.MultiRegion() != tt.multiReg {
			t.Errorf("%s: alias %v, AWS-managed %v, multi-Region %v", tt.in, got.IsAlias(), got.AWSManaged(), got.MultiRegion())
		}
		if got.String() != tt.in {
			t.Errorf("%q is written %q", tt.in, got)
		}
	}
}

func TestParseKnowsThePartitionOfEveryRegion(t *testing.T) {
	for region, partition := range map[string]string{
		"us-east-1":       "aws",
		"us-west-2":       "aws",
		"eu-west-1":       "aws",
		"ap-southeast-3":  "aws",
		"sa-east-1":       "aws",
		"ca-central-1":    "aws",
		"me-central-1":    "aws",
		"af-south-1":      "aws",
		"il-central-1":    "aws",
		"mx-central-1":    "aws",
		"cn-north-1":      "aws-cn",
		"cn-northwest-1":  "aws-cn",
		"us-gov-east-1":   "aws-us-gov",
		"us-gov-west-1":   "aws-us-gov",
		"us-iso-east-1":   "aws-iso",
		"us-iso-west-1":   "aws-iso",
		"us-isob-east-1":  "aws-iso-b",
		"eu-isoe-west-1":  "aws-iso-e",
		"us-isof-east-1":  "aws-iso-f",
		"us-isof-south-1": "aws-iso-f",
		"eusc-de-east-1":  "aws-eusc",
	} {
		if got := PartitionOf(region); got != partition {
			t.Errorf("%s is in partition %s, want %s", region, got, partition)
		}
		arn := "arn:" + partition + ":kms:" + region + ":111122223333:key/" + uuid
		if r, err := Parse(arn); err != nil || r.Partition != partition || r.Region != region {
			t.Errorf("Parse(%q) = %+v, %v", arn, r, err)
		}
		for _, other := range []string{"aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-eusc", ""} {
			if other == partition {
				continue
			}
			wrong := "arn:" + other + ":kms:" + region + ":111122223333:key/" + uuid
			if r, err := Parse(wrong); err == nil {
				t.Errorf("Parse(%q) = %+v, and %s is in %s", wrong, r, region, partition)
			}
		}
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	const arn = "arn:aws:kms:eu-west-1:111122223333:"
	for in, want := range map[string]string{
		"":                                     "it is empty",
		" ":                                    "want arn:aws:kms:REGION:ACCOUNT:key/KEY-ID, a key ID or alias/NAME",
		"my-key":                               "want arn:aws:kms:REGION:ACCOUNT:key/KEY-ID, a key ID or alias/NAME",
		" " + uuid:                             "want arn:aws:kms:REGION:ACCOUNT:key/KEY-ID, a key ID or alias/NAME",
		uuid + "\n":                            "want arn:aws:kms:REGION:ACCOUNT:key/KEY-ID, a key ID or alias/NAME",
		strings.ToUpper(uuid):                  "a key ID is lowercase",
		strings.ToUpper(mrk):                   "a key ID is lowercase",
		"mrk-" + strings.ToUpper(mrk[4:]):      "a key ID is lowercase",
		strings.ReplaceAll(uuid, "-", ""):      "want arn:aws:kms:REGION:ACCOUNT:key/KEY-ID, a key ID or alias/NAME",
		"mrk-" + uuid:                          "want arn:aws:kms:REGION:ACCOUNT:key/KEY-ID, a key ID or alias/NAME",
		mrk + "0":                              "want arn:aws:kms:REGION:ACCOUNT:key/KEY-ID, a key ID or alias/NAME",
		"g234abcd-12ab-34cd-56ef-1234567890ab": "want arn:aws:kms:REGION:ACCOUNT:key/KEY-ID, a key ID or alias/NAME",
		"Alias/churn":                          "want arn:aws:kms:REGION:ACCOUNT:key/KEY-ID, a key ID or alias/NAME",
		"ARN:aws:kms:x":                        "want arn:aws:kms:REGION:ACCOUNT:key/KEY-ID, a key ID or alias/NAME",
		"key/" + uuid:                          "a key ID has no key/ prefix",
		"key/" + mrk:                           "a key ID has no key/ prefix",
		"alias/":                               "the alias has no name",
		"alias/a b":                            "an alias cannot contain ' '",
		"alias/a:b":                            "an alias cannot contain ':'",
		"alias/*":                              "an alias cannot contain '*'",
		"alias/é":                              "an alias cannot contain 'é'",
		"alias/\xff":                           "an alias cannot contain '\uFFFD'",
		"alias/a\n":                            `an alias cannot contain '\n'`,
		"alias/" + strings.Repeat("a", 251):    "an alias has at most 256 characters",
		strings.Repeat("a", 2049):              "it is longer than 2048 characters",
		"arn:" + strings.Repeat(":", 2045):     "it is longer than 2048 characters",

		"REDACTED":                           `it still has the placeholder "REDACTED"`,
		"<YOUR KMS KEY>":                     `it still has the placeholder "<YOUR KMS KEY>"`,
		"$KMS_KEY":                           `it still has the placeholder "$KMS_KEY"`,
		"$(KMS_KEY)":                         `it still has the placeholder "$(KMS_KEY)"`,
		"${schema.spec.key}":                 `it still has the placeholder "${schema.spec.key}"`,
		"${unclosed":                         `it still has the placeholder "${unclosed"`,
		"alias/{{ .Values.key }}":            `it still has the placeholder "{{ .Values.key }}"`,
		"ENC[AES256_GCM,data:x]":             `it still has the placeholder "ENC[AES256_GCM,data:x]"`,
		arn + "key/REDACTED":                 `it still has the placeholder "REDACTED"`,
		arn + "key/****":                     `it still has the placeholder "****"`,
		"arn:aws:kms:eu-west-1:${ACCOUNT}:x": `it still has the placeholder "${ACCOUNT}"`,
		"$":                                  "want arn:aws:kms:REGION:ACCOUNT:key/KEY-ID, a key ID or alias/NAME",
		"arn:aws:kms:eu-west-1:123456789:key/" + uuid: `"123456789" is not an AWS account number: it has 9 digits, not 12`,

		"arn:":                               "an ARN has six parts: arn:PARTITION:kms:REGION:ACCOUNT:key/KEY-ID",
		"arn:aws:kms:eu-west-1:111122223333": "an ARN has six parts: arn:PARTITION:kms:REGION:ACCOUNT:key/KEY-ID",
		"arn:aws:s3:::bucket":                `it is an ARN of the service "s3", not of kms`,
		"arn:aws:KMS:eu-west-1:111122223333:key/" + uuid:     `it is an ARN of the service "KMS", not of kms`,
		"arn:aws:kms::111122223333:key/" + uuid:              `"" is not an AWS region`,
		"arn:aws:kms:*:111122223333:key/" + uuid:             `"*" is not an AWS region`,
		"arn:aws:kms:EU-WEST-1:111122223333:key/" + uuid:     `"EU-WEST-1" is not an AWS region`,
		"arn:aws:kms:eu-west:111122223333:key/" + uuid:       `"eu-west" is not an AWS region`,
		"arn::kms:eu-west-1:111122223333:key/" + uuid:        `region eu-west-1 is in partition aws, not ""`,
		"arn:aws-cn:kms:eu-west-1:111122223333:key/" + uuid:  `region eu-west-1 is in partition aws, not "aws-cn"`,
		"arn:aws:kms:us-gov-west-1:111122223333:key/" + uuid: `region us-gov-west-1 is in partition aws-us-gov, not "aws"`,
		"arn:aws:kms:eu-west-1::key/" + uuid:                 `"" is not an AWS account number of 12 digits`,
		"arn:aws:kms:eu-west-1:11112222333:key/" + uuid:      `"11112222333" is not an AWS account number: it has 11 digits, not 12`,
		"arn:aws:kms:eu-west-1:1111-2222-3333:key/" + uuid:   `"1111-2222-3333" is not an AWS account number of 12 digits`,
		"arn:aws:kms:eu-west-1:١١١١٢٢:key/" + uuid:           `"١١١١٢٢" is not an AWS account number of 12 digits`,
		arn:                                  `the ARN's resource is "", want key/KEY-ID or alias/NAME`,
		arn + uuid:                           `the ARN's resource is "` + uuid + `", want key/KEY-ID or alias/NAME`,
		arn + "grant/x":                      `the ARN's resource is "grant/x", want key/KEY-ID or alias/NAME`,
		arn + "key/":                         `"" is not a key ID (a UUID, or mrk- and 32 hex digits, in lower case)`,
		arn + "key/…":                        `"…" is not a key ID (a UUID, or mrk- and 32 hex digits, in lower case)`,
		arn + "key/*":                        `"*" is not a key ID (a UUID, or mrk- and 32 hex digits, in lower case)`,
		arn + "key/" + uuid + "/x":           `"` + uuid + `/x" is not a key ID (a UUID, or mrk- and 32 hex digits, in lower case)`,
		arn + "key/" + uuid + ":x":           `"` + uuid + `:x" is not a key ID (a UUID, or mrk- and 32 hex digits, in lower case)`,
		arn + "key/" + strings.ToUpper(uuid): `"` + strings.ToUpper(uuid) + `" is not a key ID (a UUID, or mrk- and 32 hex digits, in lower case)`,
		arn + "key/alias/churn":              `"alias/churn" is not a key ID (a UUID, or mrk- and 32 hex digits, in lower case)`,
		arn + "alias/":                       "the alias has no name",
		arn + "alias/a:b":                    "an alias cannot contain ':'",
	} {
		got, err := Parse(in)
		if err == nil || err.Error() != want {
			t.Errorf("Parse(%.80q)\n got %v\nwant %s", in, err, want)
		}
		if got != (Reference{}) {
			t.Errorf("Parse(%.80q) returns %+v beside an error", in, got)
		}
	}
}

// A word that stands for nothing elsewhere may be the name of an alias.
func TestParseLeavesAliasesTheirNames(t *testing.T) {
	for _, alias := range []string{"alias/todo", "alias/XXX", "alias/redacted"} {
		if _, err := Parse(alias); err != nil {
			t.Errorf("%s: %v", alias, err)
		}
	}
}

func TestParseAcceptsTheLongestAlias(t *testing.T) {
	if _, err := Parse("alias/" + strings.Repeat("a", 250)); err != nil {
		t.Errorf("an alias of 256 characters: %v", err)
	}
}

func TestInGivesBareReferencesTheCallersRegionAndAccount(t *testing.T) {
	const arn = "arn:aws:kms:us-east-1:444455556666:key/" + uuid
	for _, tt := range []struct{ in, region, want string }{
		{uuid, "eu-west-1", "arn:aws:kms:eu-west-1:111122223333:key/" + uuid},
		{mrk, "cn-north-1", "arn:aws-cn:kms:cn-north-1:111122223333:key/" + mrk},
		{"alias/churn", "us-gov-west-1", "arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/churn"},
		{"alias/aws/s3", "eu-west-1", "arn:aws:kms:eu-west-1:111122223333:alias/aws/s3"},
		{arn, "eu-west-1", arn},
		{"arn:aws:kms:us-east-1:444455556666:alias/x", "eu-west-1", "arn:aws:kms:us-east-1:444455556666:alias/x"},
	} {
		r, err := Parse(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		got := r.In(tt.region, "111122223333")
		if got.String() != tt.want {
			t.Errorf("%s in %s is %s, want %s", tt.in, tt.region, got, tt.want)
		}
		if again, err := Parse(got.String()); err != nil || again != got {
			t.Errorf("%s in %s is %+v, which reads as %+v, %v", tt.in, tt.region, got, again, err)
		}
		if got.AWSManaged() != r.AWSManaged() {
			t.Errorf("%s changes its manager when it is resolved", tt.in)
		}
	}
}

func TestFormsAreNamedAsInSentences(t *testing.T) {
	for form, want := range map[Form]string{
		KeyID: "key ID", KeyARN: "key ARN", AliasName: "alias", AliasARN: "alias ARN",
		KeyID | KeyARN: "key ID or key ARN", AnyForm: "key ID or key ARN or alias or alias ARN", 0: "",
	} {
		if got := form.String(); got != want {
			t.Errorf("form %d is %q, want %q", form, got, want)
		}
	}
}

func TestIsRegionKnowsTheShapeOfRegions(t *testing.T) {
	for _, good := range []string{"eu-west-1", "ap-southeast-10", "us-gov-east-1", "us-isob-east-1", "eusc-de-east-1", "xx-new-1"} {
		if !IsRegion(good) {
			t.Errorf("%q is a region", good)
		}
	}
	for _, bad := range []string{
		"", "-", "--", "---", "eu", "eu-west", "eu-1", "eu-west-", "eu--1", "-west-1", "eu-west-1a", "eu-west-one", "EU-west-1", "eu_west_1",
		"eu-west-1-2", "a-b-c-d-1", " eu-west-1", "eu-west-1\n", "éu-west-1", "eu-west-１", "EU",
	} {
		if IsRegion(bad) {
			t.Errorf("%q is no region", bad)
		}
	}
}

func TestIsAccountTakesTwelveDigits(t *testing.T) {
	for s, want := range map[string]bool{
		"111122223333": true, "000000000000": true, "11112222333": false, "1111222233334": false, "": false, "11112222333x": false, "-11112222333": false, "１１１１": false,
	} {
		if IsAccount(s) != want {
			t.Errorf("IsAccount(%q) = %v", s, !want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"", uuid, mrk, "alias/churn", "alias/aws/s3", "alias/", "key/" + uuid, "arn:", "arn:aws:kms:eu-west-1:111122223333:key/" + uuid,
		"arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/x", "arn:aws:kms:eu-west-1:111122223333:alias/aws/s3", "arn:aws:kms:::key/", "\xff", "alias/\xff",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := Parse(s)
		if err != nil {
			if err.Error() == "" || r != (Reference{}) {
				t.Fatalf("Parse(%q) = %+v, %v", s, r, err)
			}
			return
		}
		if r.String() != s {
			t.Fatalf("%q is written %q", s, r)
		}
		if isARN := r.Form == KeyARN || r.Form == AliasARN; isARN != (r.Region != "") || isARN != (r.Account != "") || isARN && PartitionOf(r.Region) != r.Partition {
			t.Fatalf("Parse(%q) = %+v", s, r)
		}
		if r.AWSManaged() != (strings.HasPrefix(s, "alias/aws/") || strings.Contains(s, ":alias/aws/")) {
			t.Fatalf("%q: AWS-managed is %v", s, r.AWSManaged())
		}
		resolved := r.In("eu-west-1", "111122223333")
		if again, err := Parse(resolved.String()); err != nil || again != resolved {
			t.Fatalf("%q in eu-west-1 is %q, which reads as %+v, %v", s, resolved, again, err)
		}
	})
}
