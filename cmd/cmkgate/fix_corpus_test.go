package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
)

const (
	fixKey    = "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111"
	fixConfig = "apiVersion: cmkgate.io/v1alpha1\nkind: Config\naws: {region: eu-west-1, accountID: '111122223333'}\ndefaultKeys: [{arn: '" + fixKey + "'}]\n" +
		"policies: {transit-vpc: {mode: Off}, sagemaker-data-source: {mode: Off}, transit-tls: {mode: Off}}\n"

	sagemakerHead = "apiVersion: sagemaker.services.k8s.aws/v1alpha1\n"
	notebookSpec  = "  notebookInstanceName: a\n  instanceType: ml.t3.medium\n  roleARN: arn:aws:iam::111122223333:role/r\n"
	notebook      = sagemakerHead + "kind: NotebookInstance\nmetadata:\n  name: nb\nspec:\n" + notebookSpec
	bucketHead    = "apiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\nmetadata: {name: b}\n"

	roleLine = "  roleARN: arn:aws:iam::111122223333:role/r\n"
	keyLine  = "  kmsKeyID: " + fixKey + "\n"
)

// oddity is a way to write manifests, and what fix makes of it: new in the place
// of each old.
type oddity struct{ name, in, old, new string }

func oddities() []oddity {
	crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
	flow := "{apiVersion: sagemaker.services.k8s.aws/v1alpha1, kind: NotebookInstance, metadata: {name: nb}, spec: {notebookInstanceName: a, instanceType: ml.t3.medium, roleARN: R}}\n"
	jsonOne := `{"apiVersion":"sagemaker.services.k8s.aws/v1alpha1","kind":"NotebookInstance","metadata":{"name":"nb"},"spec":{"notebookInstanceName":"a","instanceType":"ml.t3.medium","roleARN":"arn:r"}}`
	rule := func(indent string) string {
		return indent + "rules:\n" + indent + "- bucketKeyEnabled: true\n" + indent + "  applyServerSideEncryptionByDefault:\n" + indent + "    sseAlgorithm: aws:kms\n" + indent + "    kmsMasterKeyID: " + fixKey + "\n"
	}
	return []oddity{
		{"plain", notebook, roleLine, roleLine + keyLine},
		{"CRLF", crlf(notebook), crlf(roleLine), crlf(roleLine + keyLine)},
		{"CR alone", strings.ReplaceAll(notebook, "\n", "\r"), strings.ReplaceAll(roleLine, "\n", "\r"), strings.ReplaceAll(roleLine+keyLine, "\n", "\r")},
		{"a byte order mark", "\uFEFF" + notebook, roleLine, roleLine + keyLine},
		{"no final line break", strings.TrimSuffix(notebook, "\n"), strings.TrimSuffix(roleLine, "\n"), strings.TrimSuffix(roleLine+keyLine, "\n")},
		{"a comment without a line break at the end", notebook + "  # the end", roleLine, roleLine + keyLine},
		{"blanks and tabs at the ends of lines", strings.ReplaceAll(notebook, "\n", " \t\n"), "role/r \t\n", "role/r \t\n" + keyLine},
		{"comments everywhere", "# a\n" + strings.ReplaceAll(notebook, "spec:\n", "# b\nspec: # c\n  # d\n") + "  # e\n\n# f\n", roleLine, roleLine + keyLine},
		{"markers with comments", "--- # one\n" + notebook + "--- # two\n" + notebook + "... # over\n# rest\n", roleLine, roleLine + keyLine},
		{"directives", "%YAML 1.1\n%TAG ! tag:example.com,2000:\n---\n" + notebook + "...\n", roleLine, roleLine + keyLine},
		{"an object on the line of its marker", "--- " + flow, "R}}", "R, kmsKeyID: " + fixKey + "}}"},
		{"one flow", flow, "R}}", "R, kmsKeyID: " + fixKey + "}}"},
		{"a flow over lines", strings.NewReplacer("spec: {", "spec: {\n  ", ", roleARN: R}}", ",   # type\n\n  roleARN: R   # role\n  # end\n}}").Replace(flow), "R   # role\n", "R,   # role\n  kmsKeyID: " + fixKey + "\n"},
		{"flows in flows", bucketHead + "spec: {name: b, encryption: {rules: [{applyServerSideEncryptionByDefault: {sseAlgorithm: \"aws:kms\"}}]}}\n", "\"aws:kms\"}}", "\"aws:kms\", kmsMasterKeyID: \"" + fixKey + "\"}, bucketKeyEnabled: true}"},
		{"null", bucketHead + "spec:\n  encryption: ~ # todo\n  name: b\n", "encryption: ~ # todo\n", "encryption: # todo\n" + rule("    ")},
		{"nothing", bucketHead + "spec:\n  name: b\n  encryption:\n", "encryption:\n", "encryption:\n" + rule("    ")},
		{"an empty flow", bucketHead + "spec:\n  name: b\n  encryption: {}   # todo\n", "encryption: {}   # todo\n", "encryption:   # todo\n" + rule("    ")},
		{"one blank a step", strings.ReplaceAll(notebook, "  ", " "), strings.TrimPrefix(roleLine, " "), strings.TrimPrefix(roleLine, " ") + strings.TrimPrefix(keyLine, " ")},
		{"four blanks a step", strings.ReplaceAll(notebook, "  ", "    "), "  " + roleLine, "  " + roleLine + "  " + keyLine},
		{"everything deeper", "  " + strings.TrimSuffix(strings.ReplaceAll(notebook, "\n", "\n  "), "  "), "  " + roleLine, "  " + roleLine + "  " + keyLine},
		{"the spec first", "spec:\n" + notebookSpec + "metadata: {name: nb}\nkind: NotebookInstance\n" + sagemakerHead, roleLine, roleLine + keyLine},
		{"names in quotes", strings.NewReplacer("roleARN:", `"roleARN":`, "spec:", "'spec':").Replace(notebook), "role/r\n", "role/r\n  \"kmsKeyID\": " + fixKey + "\n"},
		{"an anchor on the spec", strings.Replace(notebook, "spec:", "spec: &s", 1), roleLine, roleLine + keyLine},
		{"a merge key", strings.Replace(notebook, "spec:\n"+notebookSpec, "x: &x\n  instanceType: ml.t3.medium\nspec:\n  <<: *x\n"+notebookSpec, 1), roleLine, roleLine + keyLine},
		{"an anchor that the next object shares", "apiVersion: v1\nkind: List\nitems:\n- " + strings.ReplaceAll(strings.TrimSuffix(strings.Replace(notebook, "spec:", "spec: &s", 1), "\n"), "\n", "\n  ") +
			"\n- {apiVersion: sagemaker.services.k8s.aws/v1alpha1, kind: NotebookInstance, metadata: {name: b}, spec: *s}\n", "  " + roleLine, "  " + roleLine + "  " + keyLine},
		{"a block text at the end", notebook + "  subnetID: |-\n    x", "  subnetID: |-", keyLine + "  subnetID: |-"},
		{"a name that asks", strings.Replace(notebook, "spec:\n  note", "? spec\n: note", 1), roleLine, roleLine + keyLine},
		{"a tag", strings.Replace(notebook, "spec:", "spec: !!map", 1), roleLine, roleLine + keyLine},
		{"a long line", strings.Replace(notebook, "  name: nb", "  name: nb\n  annotations: {x: \""+strings.Repeat("y", 100000)+"\"}", 1), roleLine, roleLine + keyLine},
		{"unicode", strings.Replace(notebook, "  name: nb", "  name: nb\n  annotations: {ключ: \"😀\", x: 日本} # 😀", 1) + "  # ünï 😀\n", roleLine, roleLine + keyLine},
		{"NEL and LS", strings.Replace(notebook, "  name: nb", "  name: nb\n  annotations: {x: \"a\u0085b\", y: \"c\u2028d\"}", 1), roleLine, roleLine + keyLine},
		{"a template in a value", strings.Replace(notebook, "a\n", "\"{{ .Values.name }}\"\n", 1), roleLine, roleLine + keyLine},
		{"a wrong key in quotes", notebook + "  kmsKeyID: \"alias/aws/s3\"   # c\n", "alias/aws/s3", fixKey},
		{"a wrong key on the next line", notebook + "  kmsKeyID: # the key\n    alias/aws/s3 # default\n  subnetID: x\n", "alias/aws/s3", fixKey},
		{"a folded wrong key", notebook + "  kmsKeyID: >-\n    alias/aws/s3\n  subnetID: x\n", ">-\n    alias/aws/s3", fixKey},
		{"a key that is not written", notebook + "  kmsKeyID: # later\n", "kmsKeyID: # later", "kmsKeyID: " + fixKey + " # later"},
		{"a wrong name", notebook + "  kmsKeyId: alias/aws/s3 # c\n", "kmsKeyId: alias/aws/s3", "kmsKeyID: " + fixKey},
		{"JSON on one line", jsonOne, `"arn:r"`, `"arn:r","kmsKeyID":"` + fixKey + `"`},
		{"JSON one line after the other", jsonOne + "\n" + jsonOne + "\n", `"arn:r"`, `"arn:r","kmsKeyID":"` + fixKey + `"`},
		{"JSON with tabs", indentJSON(jsonOne, "\t"), "\"arn:r\"", "\"arn:r\",\n\t\t\"kmsKeyID\": \"" + fixKey + "\""},
		{"JSON with CRLF", crlf(indentJSON(jsonOne, "    ")), "\"arn:r\"", "\"arn:r\",\r\n        \"kmsKeyID\": \"" + fixKey + "\""},
		{"a List in JSON", indentJSON(`{"apiVersion":"v1","kind":"List","items":[`+jsonOne+","+jsonOne+"]}", "  "), "\"arn:r\"", "\"arn:r\",\n        \"kmsKeyID\": \"" + fixKey + "\""},
	}
}

func indentJSON(s, by string) string {
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(s), "", by); err != nil {
		panic(err)
	}
	return b.String()
}

// TestOddFilesAreFixedAsAPersonWould holds of each: it becomes what it should, the
// second run does nothing, and check has nothing to say of what was fixed.
func TestOddFilesAreFixedAsAPersonWould(t *testing.T) {
	for _, tt := range oddities() {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path, config := filepath.Join(dir, "x.yaml"), filepath.Join(dir, "cmkgate.yaml")
			write(t, config, fixConfig)
			write(t, path, tt.in)
			want := strings.ReplaceAll(tt.in, tt.old, tt.new)
			if want == tt.in {
				t.Fatal("the case is wrong: there is nothing to fix")
			}
			var stderr bytes.Buffer
			if code := run([]string{"fix", "--config", config, "--write", path}, nil, io.Discard, &stderr); code == exitBadInput || code == exitInternal {
				t.Errorf("exit code %d: %s", code, &stderr)
			}
			if got := read(t, path); got != want {
				t.Errorf("got\n%q\nwant\n%q\n%s", got, want, &stderr)
			}
			if code := run([]string{"fix", "--config", config, "--diff", path}, nil, io.Discard, &stderr); code != exitClean {
				t.Errorf("exit code %d the second time: %s", code, &stderr)
			}
			var left struct {
				Results []report.Result `json:"results"`
			}
			var stdout bytes.Buffer
			run([]string{"check", "--config", config, "--no-inject", "-o", "json", path}, nil, &stdout, io.Discard)
			if err := json.Unmarshal(stdout.Bytes(), &left); err != nil {
				t.Fatal(err)
			}
			for _, r := range left.Results {
				if len(r.Fix) > 0 {
					t.Errorf("check still says: %s: %s", r.Path, r.Message)
				}
			}
		})
	}
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
