package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/policies"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// known is a list of policies that does not change when policies are added.
func known() []policies.Policy {
	return []policies.Policy{
		{ID: "sagemaker-volume-key", Default: policies.Enforce, Injects: true},
		{ID: "sagemaker-output-key", Default: policies.Enforce, Injects: true},
		{ID: "sagemaker-storage-key", Default: policies.Enforce, Injects: true},
		{ID: "sagemaker-endpoint-key", Default: policies.Enforce},
		{ID: "s3-bucket-key", Default: policies.Enforce, Injects: true},
		{ID: "transit-vpc", Default: policies.Warn},
	}
}

// header is three lines with which a file is valid.
const header = `apiVersion: cmkgate.io/v1alpha1
kind: Config
aws: {region: eu-west-1, accountID: "111122223333"}
`

func load(t *testing.T, text string) *Config {
	t.Helper()
	cfg, err := Load(FileName, []byte(text), known())
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (write it with go test ./config -update)", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("differs from %s (if this is right: go test ./config -update)\ngot:\n%s", path, got)
	}
}

func samples(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("samples/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("samples: %v, %v", files, err)
	}
	return files
}

func TestSamplesResolveToTheirGoldenSettings(t *testing.T) {
	for _, file := range samples(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			cfg, err := LoadFile(file, known())
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.MarshalIndent(map[string]any{"hash": cfg.Hash, "settings": cfg.Settings, "ackNamespace": cfg.ACKNamespace, "controllers": cfg.Controllers}, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "testdata/"+strings.TrimSuffix(filepath.Base(file), ".yaml")+".json", append(got, '\n'))
		})
	}
}

func TestSamplesServeTheRealPolicies(t *testing.T) {
	for _, file := range samples(t) {
		cfg, err := LoadFile(file, policies.All())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := policies.New(policies.All(), cfg.Settings); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestEveryMistakeIsToldInOneGoInTheOrderOfTheFile(t *testing.T) {
	const file = "testdata/everything-wrong.yaml"
	_, err := LoadFile(file, known())
	if _, ok := errors.AsType[*Error](err); !ok {
		t.Fatalf("got %v, want an *Error", err)
	}
	golden(t, "testdata/everything-wrong.golden", []byte(err.Error()+"\n"))
}

func TestMistakesName(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{
			"the nearest field", "trustedKey: {}",
			"4:1: trustedKey: is not a field here. Did you mean trustedKeys?",
		},
		{
			"the valid fields where none is near", "defaultKeys:\n- arn: arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111\n  zone: a",
			"6:3: defaultKeys[0].zone: is not a field here. Valid here: arn, namespaces, purposes.",
		},
		{
			"the line of a field's name, not of its value", "policy:\n  s3-bucket-key: {}",
			"4:1: policy: is not a field here. Did you mean policies?",
		},
		{
			"the nearest policy", "policies: {s3-buckets-key: {mode: Warn}}",
			"4:12: policies.s3-buckets-key: is not a policy. Did you mean s3-bucket-key?",
		},
		{
			"a policy that cannot inject", "policies: {transit-vpc: {inject: true}}",
			"4:34: policies.transit-vpc.inject: transit-vpc sets no fields, so it cannot inject. Remove the field or write false.",
		},
		{
			"a policy in an override", "overrides:\n- namespaces: [a]\n  policies: {transit-vpn: {mode: Off}}",
			"6:14: overrides[0].policies.transit-vpn: is not a policy. Did you mean transit-vpc?",
		},
		{
			"the values of a choice, the nearest first", "localStorage: Denied",
			`4:15: localStorage: "Denied" is not a value of this field. Write Deny, Omit or Require.`,
		},
		{
			"both lines of a field that stands twice", "localStorage: Omit\nunverifiable: Warn\nlocalStorage: Deny",
			"6:1: localStorage: is set twice, first on line 4. Keep one.",
		},
		{
			"only the first problem of a value that cannot be read", "defaultKeys: [key]",
			`4:15: defaultKeys[0]: want an object, found "key". Its fields are arn, namespaces, purposes.`,
		},
		{
			"a list element that was left empty", "defaultKeys:\n  -\n",
			"5:4: defaultKeys[0]: is empty. Write a value or remove the line.",
		},
		{
			"an ARN of another service", "defaultKeys: [{arn: 'arn:aws:s3:::bucket'}]",
			`4:21: defaultKeys[0].arn: "arn:aws:s3:::bucket" is not a key ARN: it is an ARN of the service "s3", not of kms. ` +
				"Write arn:aws:kms:eu-west-1:111122223333:key/KEY-ID.",
		},
		{
			"the ARN of a bare key ID", "defaultKeys: [{arn: 11111111-1111-1111-1111-111111111111}]",
			`4:21: defaultKeys[0].arn: "11111111-1111-1111-1111-111111111111" is not a key ARN but a key ID, which has neither region nor account. ` +
				"Write arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111.",
		},
		{
			"an alias as a default key", "defaultKeys: [{arn: 'arn:aws:kms:eu-west-1:111122223333:alias/ml'}]",
			`4:21: defaultKeys[0].arn: "arn:aws:kms:eu-west-1:111122223333:alias/ml" is not a key ARN but an alias ARN, which can be pointed at another key at any time. ` +
				"Write arn:aws:kms:eu-west-1:111122223333:key/KEY-ID.",
		},
		{
			"a key of AWS among the trusted ones", "trustedKeys: {arns: ['arn:aws:kms:eu-west-1:111122223333:alias/aws/s3']}",
			`4:22: trustedKeys.arns[0]: "arn:aws:kms:eu-west-1:111122223333:alias/aws/s3" is managed by AWS and is never trusted. Remove it.`,
		},
		{
			"a key that is trusted and denied", "trustedKeys: {arns: ['arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111']}\ndeniedKeys: ['arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111']",
			`5:14: deniedKeys[0]: "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111" is also in trustedKeys.arns. Remove it here or there.`,
		},
		{
			"an account without quotes", "trustedKeys: {accounts: [111122223333]}",
			`4:26: trustedKeys.accounts[0]: want a string, found the number 111122223333. Put it in quotes: "111122223333".`,
		},
		{
			"an account as it is written, not as YAML reads it", "trustedKeys: {accounts: [012345678901]}",
			`4:26: trustedKeys.accounts[0]: want a string, found the number 012345678901. Put it in quotes: "012345678901".`,
		},
		{
			"a namespace that YAML takes for a boolean", "overrides:\n- namespaces: [on]\n  policies: {transit-vpc: {mode: Off}}",
			`5:16: overrides[0].namespaces[0]: want a string, found the boolean on. Put it in quotes: "on".`,
		},
		{
			"a namespace pattern that is a regular expression", "overrides:\n- namespaces: [fraud-.*]\n  policies: {transit-vpc: {mode: Off}}",
			`5:16: overrides[0].namespaces[0]: "fraud-.*" cannot match any namespace. Write up to 63 lower-case letters, digits and hyphens; * matches any characters, ? matches one.`,
		},
		{
			"an override that is for nobody in particular", "overrides:\n- policies: {transit-vpc: {mode: Off}}",
			"5:3: overrides[0]: does not say where it applies. Add namespaces or labels; what applies everywhere belongs under policies.",
		},
		{
			"a family that stands there twice", "instanceFamilies: {ml.g5: EBS, g5: EBS}",
			`4:20: instanceFamilies["ml.g5"]: is the same as instanceFamilies.g5. Keep one.`,
		},
		{
			"a bucket by its URI", "compliantBuckets: [lake-*, 's3://raw']",
			`4:28: compliantBuckets[1]: "s3://raw" cannot match any bucket. Write the name of a bucket, without s3://; * matches any characters, ? matches one.`,
		},
		{
			"a bucket pattern that declares them all", "compliantBuckets: ['*']",
			`4:20: compliantBuckets[0]: "*" matches every bucket. Name the buckets, or write policies: {sagemaker-data-source: {mode: Off}}.`,
		},
		{
			"a pattern of log buckets that exempts them all", "logBuckets: [logs-*, '*?']",
			`4:22: logBuckets[1]: "*?" matches every bucket. Name the buckets, or write policies: {s3-bucket-key: {mode: Off}}.`,
		},
		{
			"a namespace of ACK that is none", "ackNamespace: ack-*",
			`4:15: ackNamespace: "ack-*" is not a namespace name. Write the namespace of the ACK controllers, like ack-system.`,
		},
		{
			"a controller pattern that exempts everyone", "controllers: ['*']",
			`4:15: controllers[0]: "*" matches every user, so nothing would be checked. Write a user name like system:serviceaccount:NAMESPACE:NAME.`,
		},
		{
			"text that would break the terminal, escaped", "localStorage: \"\\e[31m\"",
			`4:15: localStorage: "\x1b[31m" is not a value of this field. Write Omit, Deny or Require.`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(FileName, []byte(header+tt.text), known())
			if err == nil || err.Error() != FileName+":"+tt.want {
				t.Errorf("got  %v\nwant %s:%s", err, FileName, tt.want)
			}
		})
	}
}

func TestAFileThatIsNoConfigurationSaysWhy(t *testing.T) {
	const begin = "Begin with apiVersion: cmkgate.io/v1alpha1 and kind: Config."
	tests := []struct{ name, text, want string }{
		{"empty", "", "1:1: the file is empty. " + begin},
		{"comments only", "# nothing\n", "1:1: the file is empty. " + begin},
		{"null", "---\n", "1:1: the file is empty. " + begin},
		{"a list", "- a\n", "1:1: want an object, found a list. " + begin},
		{"another kind", "apiVersion: v1\nkind: ConfigMap\ndata: {}\n", "1:13: apiVersion: want cmkgate.io/v1alpha1, found \"v1\". Write apiVersion: cmkgate.io/v1alpha1.\n" +
			FileName + ":2:7: kind: want Config, found \"ConfigMap\". Write kind: Config."},
		{"no kind", "apiVersion: cmkgate.io/v1alpha1\n", "1:1: kind: is required. Write kind: Config."},
		{"no region", "apiVersion: cmkgate.io/v1alpha1\nkind: Config\naws:\n  accountID: '111122223333'\n",
			"3:1: aws.region: is required. Write the region that the ACK controllers work in, for example eu-west-1."},
		{"nothing trusted", "apiVersion: cmkgate.io/v1alpha1\nkind: Config\naws: {region: eu-west-1}\n",
			"1:1: trustedKeys: no keys are configured. Add defaultKeys to inject keys, or trustedKeys or aws.accountID to only check."},
		{"two documents", header + "---\nkind: Other\n", "4:1: a second YAML document begins here. Keep one, and remove the line ---."},
		{"a tab", "a:\n\tb: 1\n", "2:1: this is not YAML: found character that cannot start any token. Indent with spaces, not tabs; a value that begins with @ or ` needs quotes."},
		{"wrong indentation", "a: 1\nb:\n    c: 2\n  d: 3\n", "4:1: this is not YAML: did not find expected key. Check the indentation."},
		{"an open bracket", "a: 1\nb: [1, 2\nc: 3\n", "2:1: this is not YAML: did not find expected ',' or ']'. Close the bracket."},
		{"a colon in a value", "x: 1\na: b: c\n", `2:1: this is not YAML: mapping values are not allowed in this context. Check the indentation; a value that contains ": " needs quotes.`},
		{"an unknown anchor", "a: 1\nb:\n  - *nope\n", "3:5: this is not YAML: unknown anchor 'nope' referenced. Define it with & before it is used, or put the value in quotes."},
		{"an alias of itself", "a: &a [*a]\n", "1:1: alias *a contains itself."},
		{"a control character", "a: 1\nb: \x01\n", "2:4: this is the control character U+0001. Remove it."},
		{"Latin-1", "a: 1\nb: caf\xe9\n", "2:7: the file is not UTF-8. Save it as UTF-8."},
		{"too large", strings.Repeat("#", maxSize+1), "1:1: the file is larger than 1048576 bytes. A ConfigMap could not hold it."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(FileName, []byte(tt.text), known())
			if err == nil || err.Error() != FileName+":"+tt.want {
				t.Errorf("got  %v\nwant %s:%s", err, FileName, tt.want)
			}
		})
	}
}

func TestAliasesAreBounded(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+",", 9) + "]\n"
	}
	if _, err := Load(FileName, []byte(bomb), known()); err == nil || !strings.Contains(err.Error(), "the aliases of the document expand to more than 131072 values") {
		t.Errorf("got %v", err)
	}
}

func TestVeryManyMistakesAreCutShort(t *testing.T) {
	var text strings.Builder
	text.WriteString(header)
	for i := range maxProblems + 50 {
		fmt.Fprintf(&text, "field%d: 1\n", i)
	}
	_, err := Load(FileName, []byte(text.String()), known())
	problems, ok := errors.AsType[*Error](err)
	if !ok || len(problems.Problems) != maxProblems || problems.More != 50 {
		t.Fatalf("got %.200v", err)
	}
	if !strings.HasSuffix(err.Error(), "\ncmkgate.yaml: and 50 more problems.") {
		t.Errorf("the end is not told: %.200v", err)
	}
}

func TestAnchorsAndMergesAreRead(t *testing.T) {
	cfg := load(t, header+`
policies:
  s3-bucket-key: &soft {mode: Warn, inject: false}
  sagemaker-volume-key: *soft
  sagemaker-output-key:
    <<: *soft
    mode: Audit
`)
	want := policies.PolicySettings{Mode: policies.Warn}
	for _, id := range []policies.ID{"s3-bucket-key", "sagemaker-volume-key"} {
		if got := cfg.Settings.Policies[id]; got != want {
			t.Errorf("%s: got %v, want %v", id, got, want)
		}
	}
	if got := cfg.Settings.Policies["sagemaker-output-key"]; got != (policies.PolicySettings{Mode: policies.Audit}) {
		t.Errorf("sagemaker-output-key: got %v", got)
	}
}

func TestAMissingFileIsNotAnEmptyConfiguration(t *testing.T) {
	if _, err := LoadFile(filepath.Join(t.TempDir(), FileName), known()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
