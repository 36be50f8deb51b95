package manifest

import (
	"strings"
	"testing"
	"unicode/utf16"
)

// TestNoSpellingOfOursIsSkipped: what cannot be ours is not parsed, so what can
// be must be seen in whatever way YAML and JSON let people write it.
func TestNoSpellingOfOursIsSkipped(t *testing.T) {
	const group = "sagemaker.services.k8s.aws"
	for name, text := range map[string]string{
		"plain":                     "apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: TrainingJob\n",
		"between single quotes":     "'apiVersion': 'sagemaker.services.k8s.aws/v1alpha1'\n'kind': 'TrainingJob'\n",
		"between double quotes":     "\"apiVersion\": \"sagemaker.services.k8s.aws/v1alpha1\"\n\"kind\": \"TrainingJob\"\n",
		"two digits escaped":        "apiVersion: \"sagemaker.services.\\x6b8s.aws/v1alpha1\"\nkind: TrainingJob\n",
		"four digits escaped":       "apiVersion: \"sagemaker.services.k\\u0038s.aws/v1alpha1\"\nkind: TrainingJob\n",
		"eight digits escaped":      "apiVersion: \"sagemaker.services.k8s\\U0000002eaws/v1alpha1\"\nkind: TrainingJob\n",
		"JSON, escaped":             `{"kind": "TrainingJob", "apiVersion": "sagemaker.services.k8s\u002eaws\/v1alpha1"}`,
		"JSON, a slash escaped":     `{"kind": "TrainingJob", "apiVersion": "sagemaker.services.k8s.aws\/v1alpha1"}`,
		"over two lines":            "apiVersion: \"sagemaker.services.k8s\\\n  .aws/v1alpha1\"\nkind: TrainingJob\n",
		"over two lines of Windows": "apiVersion: \"sagemaker.services.k8s\\\r\n  .aws/v1alpha1\"\r\nkind: TrainingJob\r\n",
		"anchored":                  "metadata: {annotations: {x: &v sagemaker.services.k8s.aws/v1alpha1}}\napiVersion: *v\nkind: TrainingJob\n",
		"merged":                    "x: &v {apiVersion: sagemaker.services.k8s.aws/v1alpha1, kind: TrainingJob}\n<<: *v\n",
		"in a line":                 "{kind: TrainingJob, apiVersion: sagemaker.services.k8s.aws/v1alpha1}",
		"tagged":                    "apiVersion: !!str sagemaker.services.k8s.aws/v1alpha1\nkind: !!str TrainingJob\n",
		"binary":                    "apiVersion: !!binary c2FnZW1ha2VyLnNlcnZpY2VzLms4cy5hd3MvdjFhbHBoYTE=\nkind: TrainingJob\n",
		"binary with a long tag":    "apiVersion: !<tag:yaml.org,2002:binary> c2FnZW1ha2VyLnNlcnZpY2VzLms4cy5hd3MvdjFhbHBoYTE=\nkind: TrainingJob\n",
		"binary with a short tag":   "%TAG !y! tag:yaml.org,2002:\n---\napiVersion: !y!binary c2FnZW1ha2VyLnNlcnZpY2VzLms4cy5hd3MvdjFhbHBoYTE=\nkind: TrainingJob\n",
		"a block":                   "apiVersion: |-\n  sagemaker.services.k8s.aws/v1alpha1\nkind: >-\n  TrainingJob\n",
		"a complex key":             "? apiVersion\n: sagemaker.services.k8s.aws/v1alpha1\n? kind\n: TrainingJob\n",
		"on the next line":          "apiVersion:\n  sagemaker.services.k8s.aws/v1alpha1\nkind:\n  TrainingJob\n",
		"in a List":                 "apiVersion: v1\nkind: List\nitems:\n- apiVersion: sagemaker.services.k8s.aws/v1alpha1\n  kind: TrainingJob\n",
		"in a typed list":           "apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: TrainingJobList\nitems:\n- metadata: {name: a}\n",
		"after another document":    "apiVersion: v1\nkind: Pod\n---\napiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: TrainingJob\n",
		"after old Mac line breaks": "# x\rapiVersion: sagemaker.services.k8s.aws/v1alpha1\rkind: TrainingJob\r",
		"after a byte order mark":   "\ufeffapiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: TrainingJob\n",
		"UTF-16":                    inUTF16("apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: TrainingJob\n"),
	} {
		var s Splitter
		found := 0
		for doc, problem := range s.Documents("f", 0, strings.NewReader(text)) {
			if problem != nil {
				t.Errorf("%s: %v", name, problem)
				continue
			}
			parsed := doc.ParseACK()
			for i := range parsed.Objects {
				if o := &parsed.Objects[i]; o.Group == group && o.Kind == "TrainingJob" {
					found++
				}
			}
		}
		if found != 1 {
			t.Errorf("%s: found %d objects, want 1", name, found)
		}
	}
}

func inUTF16(text string) string {
	out := []byte{0xFE, 0xFF}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = append(out, byte(unit>>8), byte(unit))
	}
	return string(out)
}

func TestWhatCannotBeOursIsNotParsed(t *testing.T) {
	for text, documents := range map[string]int{
		"apiVersion: v1\nkind: [broken": 1,
		"# k8s\n--- # x\n\n":            0,
		"---\na: b\n":                   1,
		"--- a\n":                       1,
		"":                              0,
	} {
		d := Document{Data: []byte(text)}
		if parsed := d.ParseACK(); parsed.Documents != documents || len(parsed.Objects)+len(parsed.Problems) > 0 {
			t.Errorf("%q: %+v, want %d documents", text, parsed, documents)
		}
	}
}
