package parity

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// The outcomes of a request.
const (
	admitted = "admitted"
	denied   = "denied"
	refused  = "refused by the API server itself"
	retry    = "to be sent again"
)

// answer is all that an API server with the webhook says of a new object.
type answer struct {
	Outcome string
	// Causes are the details of a denial.
	Causes []cause
	// Warnings are those of cmkgate.
	Warnings []string
	// Found is the audit log's account of the findings, and Injected of what was set.
	Found, Injected string
	// Set is what the JSON patch sets: values by JSON pointer.
	Set map[string]string
}

type cause struct{ Type, Field, Message string }

// result is what the tests read of a result of cmkgate check -o json.
type result struct {
	File      string `json:"file"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Policy    string `json:"policy"`
	Reason    string `json:"reason"`
	Mode      string `json:"mode"`
	Path      string `json:"path"`
	Message   string `json:"message"`
	Inject    bool   `json:"inject"`
	Fix       []edit `json:"fix"`
}

type edit struct {
	Path    string `json:"path"`
	Pointer string `json:"pointer"`
	Value   any    `json:"value"`
}

func (r *result) label() string { return r.Policy + "/" + r.Reason }

// schema is the policy under which the command line says what the API server
// itself would refuse.
const schema = "schema"

// maxLines is how many findings the webhook tells one by one.
const maxLines = 20

// announced is the answer that the command line's results on an object announce.
// All differences that there are by design are here.
func announced(results []result) answer {
	out := answer{Outcome: admitted, Set: map[string]string{}}
	var set, warnings, found []string
	for i := range results {
		r := &results[i]
		switch {
		case r.Policy == schema: // the webhook has no schemas: the API server speaks for itself
			if r.Mode == "Enforce" {
				return answer{Outcome: refused}
			}
			continue
		case r.Inject:
			for _, e := range r.Fix {
				out.Set[tree.MustPath(e.Path).Pointer()] = asJSON(e.Value)
				set = append(set, fmt.Sprintf("%s=%v", e.Path, e.Value))
			}
			continue
		case r.Mode == "Enforce":
			out.Outcome = denied
			out.Causes = append(out.Causes, cause{r.label(), r.Path, r.message()})
		case r.Mode == "Warn":
			warnings = append(warnings, r.Path+": "+r.message()+" ["+r.label()+"]")
		}
		found = append(found, r.label()+" "+r.Path+" ("+r.Mode+")")
	}
	if out.Outcome == admitted {
		var told []string
		for _, line := range atMost(set) {
			told = append(told, "cmkgate set "+strings.Replace(line, "=", ": ", 1))
		}
		told = counted(told, len(set), "cmkgate set %d fields")
		out.Warnings = delivered(append(told, counted(atMost(warnings), len(warnings), "cmkgate has %d warnings for this object; cmkgate check FILE lists them all")...))
	}
	out.Causes = out.Causes[:min(len(out.Causes), maxLines)]
	out.Found = strings.Join(atMost(found), ", ")
	out.Injected = strings.Join(atMost(set), ", ")
	return out
}

// message is the result's message without what only the command line can know:
// that a tool will fill a value in before the manifest reaches a cluster.
func (r *result) message() string {
	if r.Reason != "placeholder" {
		return r.Message
	}
	for _, tool := range []string{" To check what Helm fills in: ", " To check what Flux or envsubst fill in: "} {
		if before, _, ok := strings.Cut(r.Message, tool); ok {
			return before
		}
	}
	return r.Message
}

// atMost returns the lines that the webhook lists one by one.
func atMost(lines []string) []string { return lines[:min(len(lines), maxLines)] }

// counted puts the number of many lines before them.
func counted(lines []string, count int, format string) []string {
	const from = 10
	if count < from {
		return lines
	}
	return append([]string{fmt.Sprintf(format, count)}, lines...)
}

// delivered is what an API server passes on of warnings: each text once, and of
// each 256 characters where all together have more than 4096, until it has 4096.
func delivered(warnings []string) []string {
	const all, each = 4096, 256
	var out []string
	seen, length := map[string]bool{}, 0
	for _, w := range warnings {
		if !seen[w] {
			out = append(out, w)
			length += len([]rune(w))
		}
		seen[w] = true
	}
	if length <= all {
		return out
	}
	written := 0
	for i, w := range out {
		if written >= all {
			return out[:i]
		}
		out[i] = string([]rune(w)[:min(len([]rune(w)), each)])
		written += len([]rune(out[i]))
	}
	return out
}

func asJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}
