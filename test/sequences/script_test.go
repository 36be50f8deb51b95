package sequences

import (
	"encoding/json"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// script writes a sequence as commands for a shell. What no command does is a comment.
func (s sequence) script() string {
	var b strings.Builder
	if s.about == "" {
		fmt.Fprintf(&b, "# make e2e-sequences SEQUENCES=\"-seed %d -n 1\"\n", s.seed)
	} else {
		fmt.Fprintf(&b, "# %s: %s\n", s.name, s.about)
	}
	b.WriteString("S=s; kubectl create namespace $S; kubectl create namespace $S-other\n")
	for i, o := range s.operations {
		if o.Do != doNothing {
			fmt.Fprintf(&b, "# step %d\n%s\n", i+1, o.command())
		}
	}
	return b.String()
}

func (o *operation) command() string {
	as := ""
	if o.As != "" {
		as = " --as '" + o.As + "'"
	}
	switch o.Do {
	case doExist:
		return fmt.Sprintf("# AWS has a %s %s with the key %q", o.Kind, o.Name, o.Key)
	case doAnnotateNamespace:
		return "kubectl patch namespace $S --type merge -p " + quoted(compact(metadata("annotations", o.Annotations)))
	case doSelectRole:
		return "kubectl apply -f - <<EOF\n" + `{"apiVersion":"services.k8s.aws/v1alpha1","kind":"IAMRoleSelector","metadata":{"name":"$S"},"spec":{"arn":"` +
			partnerRole + `","namespaceSelector":{"names":["$S"]}}}` + "\nEOF"
	case doPatch:
		sub := ""
		if o.Subresource != "" {
			sub = " --subresource " + o.Subresource
		}
		return fmt.Sprintf("kubectl -n $S%s patch %s%s --type merge -p %s", as, resourceNames(o.Object), sub, quoted(compact(o.Patch)))
	case doDelete:
		return fmt.Sprintf("kubectl -n $S%s delete --wait=false %s", as, resourceNames(o.Object))
	case doCreate, doApply, doServerSideApply, doReplace, doDryRun:
		verb := map[verb]string{
			doCreate: "create", doApply: "apply", doServerSideApply: "apply --server-side --force-conflicts", doReplace: "replace", doDryRun: "create --dry-run=server",
		}[o.Do]
		return fmt.Sprintf("sed \"s/[$]S/$S/g\" <<'EOF' | kubectl -n $S%s %s -f -\n%sEOF", as, verb, documents(o.Manifests))
	default:
		return "# " + strings.ReplaceAll(string(o.Do), "-", " ")
	}
}

// quoted is a word for the shell, in which $S is filled in.
func quoted(text string) string {
	return "'" + strings.NewReplacer("'", `'\''`, "$S", `'$S'`).Replace(text) + "'"
}

func compact(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// resourceNames are objects as kubectl takes them, with their group: others have Endpoints and Models too.
func resourceNames(objects string) string {
	var out []string
	for object := range strings.FieldsSeq(objects) {
		kindName, name, _ := strings.Cut(object, "/")
		k, _ := kindNamed(kindName)
		r := k.resource()
		out = append(out, r.Resource+"."+r.Group+"/"+name)
	}
	return strings.Join(out, " ")
}

func documents(manifests []map[string]any) string {
	var b strings.Builder
	for i, m := range manifests {
		if i > 0 {
			b.WriteString("---\n")
		}
		text, err := yaml.Marshal((&unstructured.Unstructured{Object: m}).Object)
		if err != nil {
			text = []byte("# " + err.Error() + "\n")
		}
		b.Write(text)
	}
	return b.String()
}
