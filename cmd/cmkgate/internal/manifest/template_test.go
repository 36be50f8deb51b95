package manifest

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestTemplatesAreNotBrokenYAML distinguishes one from the other.
func TestTemplatesAreNotBrokenYAML(t *testing.T) {
	const ack = "apiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\n"
	for text, want := range map[string]string{
		ack + "metadata: {name: {{ .Release.Name }}}\n":                                           "3:18 3",
		ack + "metadata:\n  name: {{ .Release.Name }}\n":                                          "4:9 3",
		"{{- if .Values.x }}\n" + ack + "metadata: {name: x}\n{{- end }}\n":                       "1:1 3",
		ack + "metadata:\n  labels:\n    {{- toYaml .Values.labels | nindent 4 }}\n":              "5:5 3",
		ack + "metadata: {name: ${NAME}}\n":                                                       "3:18 3",
		ack + "metadata: {name: é-${NAME}}\n":                                                     "3:20 3",
		"apiVersion: v1\nkind: Service\nmetadata: {name: ${X}}\n":                                 "-", // none of a supported kind, so not read
		"apiVersion: v1\nkind: Service\nmetadata: {name: {{ .x }}}\n":                             "-", // YAML by chance, and not ours
		"{apiVersion: s3.services.k8s.aws/v1alpha1, kind: {{ .kind }}, x: {{ .y }}}\n":            "1:50 3",
		"apiVersion: rbac/v1\nkind: Role\nrules: [{apiGroups: [s3.services.k8s.aws], x: ${x}}]\n": "3:47 1",
		"apiVersion: {{ .Values.api }}\nkind: [{{ .Values.kind }}]\n":                             "1:13 2",
		"{{ include \"x\" . }}\n":                                                                 "1:1 2",
		"# c\n---\n{{ include \"x\" . }}\n":                                                       "3:1 2",
		"apiVersion: {{ .Values.api }}\nkind: Bucket\n":                                           "1:13 2",
		"apiVersion: ${API}\nkind: Bucket\n":                                                      "1:13 2",
		"{\n  \"apiVersion\": \"s3.${DOMAIN}/v1alpha1\", \"kind\": \"Bucket\"}\n":                 "2:21 2",
		"apiVersion: s3.${D:=services.k8s.aws}/v1alpha1\nkind: Bucket\n":                          "1:16 3",
		"apiVersion: apps/${VERSION}\nkind: Deployment\n":                                         "-", // says what it is
		"apiVersion: v1\nkind: ConfigMap\ndata:\n  x: |\n    apiVersion: ${API}\n":                "-",
		"apiVersion: v1\nkind: Service\nmetadata: {name: {{ .x }}\n":                              "",  // and broken besides
		"kind: A\nmetadata: {name: [}\ntext: \"{{ .x }}\"\n":                                      "",  // likewise
		"key: {{ .Values.key }}\n":                                                                "-", // configuration of something else
		"run: echo ${{ github.sha }}\n":                                                           "-",
		ack + "metadata: {name: \"{{ .x }}\"}\n":                                                  "-",
		ack + "metadata: {name: x}\ndata: \"${VAR}\"\n":                                           "-",
		ack + "metadata: {name: x\n":                                                              "",
	} {
		var s Splitter
		got := "-"
		for doc, problem := range s.Documents("f.yaml", 0, strings.NewReader(text)) {
			if problem != nil {
				t.Fatal(problem)
			}
			parsed := doc.ParseACK()
			p := doc.Unrendered(&parsed)
			if problems := parsed.Problems; p == nil && len(problems) > 0 {
				p = &problems[0]
			}
			switch {
			case p == nil:
			case p.Template == NoTemplate:
				got = ""
			default:
				got = fmt.Sprintf("%d:%d %d", p.Line, p.Column, p.Template)
			}
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestChartIsTheFolderOfATemplate(t *testing.T) {
	writeFiles(t, map[string]string{"c/Chart.yaml": "name: c", "c/templates/sub/a.yaml": "", "c/values.yaml": "", "no/templates/a.yaml": "", "Chart.yaml": "name: top"})
	for file, want := range map[string]string{
		"c/templates/a.yaml": "c", "c/templates/sub/a.yaml": "c", "c/values.yaml": "", "no/templates/a.yaml": "", "templates/a.yaml": ".", "/a.yaml": "",
	} {
		if got := Chart(file); got != want {
			t.Errorf("%s: got %q, want %q", file, got, want)
		}
	}
	if err := os.Mkdir("no/Chart.yaml", 0o700); err != nil {
		t.Fatal(err)
	}
	if got := Chart("no/templates/a.yaml"); got != "" {
		t.Errorf("a folder of that name: got %q", got)
	}
}

func TestSourceIsWhatHelmWrites(t *testing.T) {
	for text, want := range map[string]string{
		"---\n# Source: c/templates/a.yaml\nkind: A\n":        "c/templates/a.yaml",
		"# Source: c/templates/a.yaml\r\nkind: A\n":           "c/templates/a.yaml",
		"---\n# c\n\n# Source: c/charts/d/templates/a.yaml\n": "c/charts/d/templates/a.yaml",
		"kind: A\n# Source: c/templates/a.yaml\n":             "",
		"kind: ConfigMap\ndata: |\n  # Source: x\n":           "",
		"": "",
	} {
		if got := (&Document{File: stdinName, Data: []byte(text)}).Source(); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
		if got := (&Document{File: "kept.yaml", Data: []byte(text)}).Source(); got != "" {
			t.Errorf("a file has the name %q", got)
		}
	}
}

func TestOutsideIsWhatAKustomizationFetches(t *testing.T) {
	writeFiles(t, map[string]string{"in/a.yaml": "", "in/v1.2/a.yaml": "", "base/a.yaml": "", "out/c/a.yaml": ""})
	text := "resources:\n- a.yaml\n- v1.2/a.yaml\n- ../base\n- ../../x\n- github.com/org/repo//base?ref=v1\n- https://example.com/x.yaml\n- git@example.com:org/repo\ncomponents: [../out/c]\nhelmCharts: [{name: chart}, {}]\nbases: 3\n"
	for folder, want := range map[string]string{
		"in": "../base ../../x github.com/org/repo//base?ref=v1 https://example.com/x.yaml git@example.com:org/repo ../out/c chart ",
		".":  "../../x github.com/org/repo//base?ref=v1 https://example.com/x.yaml git@example.com:org/repo chart ",
	} {
		var got []string
		d := &Document{File: "in/kustomization.yaml", Data: []byte(text)}
		parsed := d.ParseACK()
		for _, o := range d.Outside(&parsed, []string{folder}) {
			if o.Line == 0 || o.Column == 0 {
				t.Errorf("%+v", o)
			}
			got = append(got, o.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %q", folder, got)
		}
	}
	if got := (&Document{File: "in/other.yaml", Data: []byte(text)}).Outside(&Parsed{}, []string{"in"}); got != nil {
		t.Errorf("got %v", got)
	}
}
