package policies

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// use is where in a pipeline's definition a finding was made. The step's name
// and the field identify it, so that steps can move.
type use struct {
	step  string
	path  tree.Path // of the step
	field string    // the pattern of the path inside the step
	// present is how many steps of the finding's path exist.
	present int

	// value names the parameters that the value at the finding's path is made
	// of; alone means that it is one parameter and nothing else.
	value []string
	alone bool
	// instanceStorage names the parameters in what decides whether a key belongs there.
	instanceStorage []string

	// problem identifies the finding where its own text changes with every edit.
	problem string
	// parameter and pipeline are reported beside the step where they are the cause.
	parameter string
	pipeline  string
	// more counts other uses of the same wrong parameter.
	more int
}

func (u *use) identity(problem string) string {
	return u.pipeline + " " + u.step + " " + u.field + " " + cmp.Or(u.problem, problem)
}

// where is how a problem begins.
func (u *use) where(problem string) string {
	if u.step == "" {
		return ""
	}
	out := "in " + u.step
	if u.pipeline != "" {
		out += " of Pipeline " + quote(u.pipeline)
	}
	if u.parameter != "" && !strings.HasPrefix(problem, "parameter ") {
		out = "as parameter " + quote(u.parameter) + " " + out
	}
	switch {
	case u.more == 1:
		out += " and in 1 more place"
	case u.more > 1:
		out += fmt.Sprintf(" and in %d more places", u.more)
	}
	return out + ", "
}

// merged says what one parameter does wrong in several steps once, and names
// the step in each problem.
func merged(findings []Finding) []Finding {
	first := map[string]int{}
	out := findings[:0]
	for _, f := range findings {
		if f.use == nil || f.use.parameter == "" {
			out = append(out, f)
			continue
		}
		key := f.Place() + " " + f.Label() + " " + f.Problem
		if i, ok := first[key]; ok {
			out[i].use.more++
			continue
		}
		first[key] = len(out)
		out = append(out, f)
	}
	for i := range out {
		if u := out[i].use; u != nil {
			out[i].Problem, out[i].use = u.where(out[i].Problem)+out[i].Problem, nil
		}
	}
	return out
}
