package registration

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// changed is true if an update changes anything that policies read of a kind.
func changed(reads policies.KindReads) (string, error) {
	var terms []string
	fills := fillsOf(reads.Kind)
	for _, path := range reads.Paths {
		term, err := leafChanged(path, fills)
		if err != nil {
			return "", err
		}
		terms = append(terms, term)
	}
	for _, anchor := range reads.Anchors {
		if anchor == "spec" || fillsBelow(anchor, fills) {
			continue // a spec that ACK writes again is an adoption's, and evaluated by its leaves otherwise
		}
		term, err := presenceChanged(anchor)
		if err != nil {
			return "", err
		}
		terms = append(terms, term)
	}
	return strings.Join(terms, " || "), nil
}

// keysChanged reports whether an update changes a key.
func keysChanged(reads policies.KindReads) (string, error) {
	return changed(policies.KindReads{Kind: reads.Kind, Paths: reads.Keys})
}

// fillsOf returns what ACK fills in on its own, by path.
func fillsOf(kind catalog.Kind) map[string]any {
	fills := map[string]any{}
	for _, l := range catalog.LateInitializedFields() {
		if l.Kind == kind {
			fills[l.Path] = l.Value
		}
	}
	for _, f := range catalog.Fields() { // a list element that ACK makes has no reference either
		if _, filled := fills[f.Path]; filled && f.Kind == kind {
			fills[f.Reference()] = ""
		}
	}
	return fills
}

// fillsBelow reports whether ACK makes a list element to fill in something
// below it; what is not a list must be there for ACK to fill something in.
func fillsBelow(anchor string, fills map[string]any) bool {
	for path := range fills {
		if strings.Contains(anchor, "[*]") && strings.HasPrefix(path, anchor+".") {
			return true
		}
	}
	return false
}

// leafChanged compares one field. Absent, null, "" and what ACK fills in count
// as the same.
func leafChanged(pattern string, fills map[string]any) (string, error) {
	path, err := tree.ParsePath(pattern)
	if err != nil {
		return "", err //nolint:wrapcheck // it names the path
	}
	fill, filled := fills[pattern]
	if filled && fill == nil {
		now, before := reach("object", path), reach("oldObject", path)
		return fmt.Sprintf("(%s.hasValue() && %s != %s)", before, now, before), nil
	}
	missing := "''"
	if filled {
		missing = literal(fill)
	}
	project := func(object string) string {
		value := project(object, path, 0, func(leaf string) string { return leaf + ".orValue(" + missing + ")" })
		if filled && slices.ContainsFunc(path, tree.Step.IsAny) {
			// ACK may have made the only element. Beside others, one that says nothing
			// counts: of a Bucket's encryption, S3 takes the first.
			value = fmt.Sprintf("[%s].map(l, l.exists(v, !(v in ['', %s])) ? l : [])", value, missing)
		}
		return value
	}
	return project("object") + " != " + project("oldObject"), nil
}

func presenceChanged(pattern string) (string, error) {
	path, err := tree.ParsePath(pattern)
	if err != nil {
		return "", err //nolint:wrapcheck // it names the path
	}
	has := func(leaf string) string { return leaf + ".hasValue()" }
	if path[len(path)-1].IsAny() { // an element that is there is there
		path = path[:len(path)-1]
		has = func(leaf string) string { return "size(" + leaf + ".orValue([]))" }
	}
	return project("object", path, 0, has) + " != " + project("oldObject", path, 0, has), nil
}

// project is an expression for the values at a pattern: one value, or a list
// for each wildcard.
func project(root string, path tree.Path, depth int, leaf func(string) string) string {
	i := slices.IndexFunc(path, tree.Step.IsAny)
	if i < 0 {
		return leaf(reach(root, path))
	}
	v := "v" + strconv.Itoa(depth)
	var inner string
	if i == len(path)-1 {
		inner = v
	} else {
		inner = project(v, path[i+1:], depth+1, leaf)
	}
	return fmt.Sprintf("%s.orValue([]).map(%s, %s)", reach(root, path[:i]), v, inner)
}

// reach follows field names, none of which need exist.
func reach(root string, path tree.Path) string {
	var b strings.Builder
	b.WriteString(root)
	for _, step := range path {
		if isIdentifier(step.Key) {
			b.WriteString(".?" + step.Key)
			continue
		}
		b.WriteString("[?" + literal(step.Key) + "]")
	}
	return b.String()
}

func isIdentifier(name string) bool {
	return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`).MatchString(name)
}

// literal writes a value as CEL does.
func literal(v any) string {
	if s, ok := v.(string); ok {
		return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
	}
	return fmt.Sprint(v)
}

// byController reports whether one of the ACK controllers writes. Their names
// may hold * and ?, as in the configuration.
func byController(names []string) string {
	terms := make([]string, 0, len(names))
	for _, name := range names {
		if strings.ContainsAny(name, "*?") {
			pattern := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(name))
			terms = append(terms, "request.userInfo.username.matches("+literal("^"+pattern+"$")+")")
			continue
		}
		terms = append(terms, "request.userInfo.username == "+literal(name))
	}
	if len(terms) == 0 {
		return "false"
	}
	return strings.Join(terms, " || ")
}
