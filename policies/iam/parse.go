package iam

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// MaxSize is the longest text that is read, three times what AWS takes for a
// policy (20 KB for a bucket's), so that hostile input costs little.
const MaxSize = 64 << 10

// Error is what is wrong with a document, and where: "line 3, column 7" where
// it is not JSON, a JSON pointer where it is JSON of another shape.
type Error struct {
	Where   string
	Problem string
}

func (e *Error) Error() string { return e.Problem + " at " + e.Where }

// Parse reads a policy document. Every error is an *Error.
func Parse(text string) (*Policy, error) {
	if len(text) > MaxSize {
		return nil, &Error{"line 1, column 1", fmt.Sprintf("a text of %d bytes, longer than AWS allows,", len(text))}
	}
	root, err := tree.ParseJSON([]byte(text))
	if err != nil {
		return nil, syntaxError(text, err)
	}
	var r reader
	policy := r.policy(root)
	if r.err != nil {
		return nil, r.err
	}
	return policy, nil
}

// syntaxError says where a text stops being JSON; the offset is encoding/json's.
func syntaxError(text string, err error) *Error {
	offset, problem := 0, err.Error()
	if syntax, ok := errors.AsType[*json.SyntaxError](json.Unmarshal([]byte(text), new(json.RawMessage))); ok {
		offset, problem = max(int(syntax.Offset)-1, 0), syntax.Error()
	}
	before := text[:min(offset, len(text))]
	line := strings.Count(before, "\n") + 1
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return &Error{fmt.Sprintf("line %d, column %d", line, column), problem}
}

// reader turns JSON into a policy and keeps the first thing that is wrong.
type reader struct{ err *Error }

func (r *reader) fail(pointer, format string, args ...any) {
	if r.err != nil {
		return
	}
	switch quoted := short(pointer); {
	case pointer == "":
		pointer = "its root"
	case quoted != `"`+pointer+`"`: // a name in it is long, or holds what must not stand in a message
		pointer = quoted
	}
	r.err = &Error{pointer, fmt.Sprintf(format, args...)}
}

func (r *reader) policy(root *tree.Node) *Policy {
	if root.Kind() != tree.Map {
		r.fail("", "%s instead of the policy object,", withArticle(root.Kind()))
		return nil
	}
	r.elements(root, "", "Version", "Id", "Statement")
	if v := root.Get("Version"); v != nil && v.Str() != "2012-10-17" && v.Str() != "2008-10-17" {
		r.fail("/Version", "%s, which is not a version of the policy language (use \"2012-10-17\"),", short(v.Text()))
	}
	statements := root.Get("Statement")
	var p Policy
	switch statements.Kind() {
	case tree.Map:
		p.Statements = []Statement{r.statement(statements, "/Statement")}
	case tree.List:
		for i := 0; i < statements.Len() && r.err == nil; i++ {
			p.Statements = append(p.Statements, r.statement(statements.At(i), "/Statement/"+strconv.Itoa(i)))
		}
	default:
	}
	if len(p.Statements) == 0 {
		r.fail("/Statement", "no statement")
	}
	return &p
}

func (r *reader) statement(n *tree.Node, pointer string) Statement {
	if n.Kind() != tree.Map {
		r.fail(pointer, "%s instead of a statement object,", withArticle(n.Kind()))
		return Statement{}
	}
	r.elements(n, pointer, "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition")
	s := Statement{Pointer: pointer, Effect: Effect(n.Get("Effect").Str())}
	if s.Effect != Allow && s.Effect != Deny {
		r.fail(pointer+"/Effect", "%s instead of \"Allow\" or \"Deny\",", orNothing(n.Get("Effect")))
	}
	s.Actions = r.set(n, pointer, "Action")
	s.Resources = r.set(n, pointer, "Resource")
	name, not := r.either(n, pointer, "Principal")
	s.Principals, s.NotPrincipal = r.principals(n.Get(name), pointer+"/"+name), not
	s.Conditions = r.conditions(n.Get("Condition"), pointer+"/Condition")
	return s
}

// elements checks an object's fields against those that the grammar knows. "An element
// must not contain multiple instances of the same key" (policy grammar notes).
func (r *reader) elements(n *tree.Node, pointer string, known ...string) {
	seen := make(map[string]bool, len(known))
	for i := range n.Len() {
		key := n.At(i).Key()
		if seen[key] {
			r.fail(pointer, "the element %s twice", short(key))
		}
		seen[key] = true
		if hint, ok := isKnown(key, known); !ok {
			r.fail(pointer, "the unknown element %s%s,", short(key), hint)
		}
	}
}

// isKnown finds an element, or the one that may be meant.
func isKnown(key string, known []string) (hint string, ok bool) {
	for _, k := range known {
		if key == k {
			return "", true
		}
		if strings.EqualFold(key, k) || strings.EqualFold(strings.TrimSuffix(key, "s"), k) {
			hint = fmt.Sprintf(" (it is %q)", k)
		}
	}
	return hint, false
}

// either says which of Action and NotAction, say, stands in a statement.
func (r *reader) either(n *tree.Node, pointer, name string) (found string, not bool) {
	yes, no := n.Get(name), n.Get("Not"+name)
	switch {
	case yes != nil && no != nil:
		r.fail(pointer, "both %s and Not%s", name, name)
	case yes == nil && no == nil:
		r.fail(pointer, "no %s", name)
	}
	if no != nil {
		return "Not" + name, true
	}
	return name, false
}

func (r *reader) set(n *tree.Node, pointer, name string) Set {
	found, not := r.either(n, pointer, name)
	return Set{Not: not, Patterns: r.texts(n.Get(found), pointer+"/"+found)}
}

func (r *reader) principals(n *tree.Node, pointer string) []Principal {
	if n.Str() == "*" {
		return []Principal{{Type: "AWS", IDs: []string{"*"}}}
	}
	if n.Kind() != tree.Map {
		r.fail(pointer, "%s instead of \"*\" or an object like {\"AWS\": \"*\"},", orNothing(n))
		return nil
	}
	r.elements(n, pointer, "AWS", "Service", "Federated", "CanonicalUser")
	var out []Principal
	for i := range n.Len() {
		p := n.At(i)
		out = append(out, Principal{Type: p.Key(), IDs: r.texts(p, pointer+"/"+p.Key())})
	}
	return out
}

func (r *reader) conditions(n *tree.Node, pointer string) []Condition {
	if n == nil {
		return nil
	}
	if n.Kind() != tree.Map {
		r.fail(pointer, "%s instead of an object of conditions,", withArticle(n.Kind()))
	}
	var out []Condition
	for i := range n.Len() {
		operator := n.At(i)
		at := tree.Path{tree.Key(operator.Key())}.Pointer()
		if operator.Kind() != tree.Map {
			r.fail(pointer+at, "%s instead of an object like {\"aws:SecureTransport\": \"false\"},", withArticle(operator.Kind()))
			return nil
		}
		at = pointer + at
		for j := range operator.Len() {
			key := operator.At(j)
			out = append(out, Condition{Operator: operator.Key(), Key: key.Key(), Values: r.values(key, at)})
		}
	}
	return out
}

// texts reads a string or a list of strings.
func (r *reader) texts(n *tree.Node, pointer string) []string {
	return r.scalars(n, pointer, func(k tree.Kind) bool { return k == tree.String })
}

// values reads the values of a condition, which may be numbers and booleans too.
func (r *reader) values(n *tree.Node, pointer string) []string {
	return r.scalars(n, pointer, func(k tree.Kind) bool { return k == tree.String || k == tree.Number || k == tree.Bool })
}

func (r *reader) scalars(n *tree.Node, pointer string, fits func(tree.Kind) bool) []string {
	if n == nil {
		return nil // either has said so
	}
	if fits(n.Kind()) {
		return []string{n.Text()}
	}
	if n.Kind() != tree.List || n.Len() == 0 {
		r.fail(pointer, "%s instead of a string or a list of strings,", orNothing(n))
		return nil
	}
	out := make([]string, n.Len())
	for i := range n.Len() {
		if !fits(n.At(i).Kind()) {
			r.fail(pointer+"/"+strconv.Itoa(i), "%s instead of a string,", withArticle(n.At(i).Kind()))
		}
		out[i] = n.At(i).Text()
	}
	return out
}

// orNothing is a value as it stands in a sentence.
func orNothing(n *tree.Node) string {
	switch {
	case n == nil:
		return "nothing"
	case n.Kind() == tree.String:
		return short(n.Text())
	case n.Kind() == tree.List && n.Len() == 0:
		return "an empty list"
	}
	return withArticle(n.Kind())
}

func withArticle(k tree.Kind) string {
	switch k {
	case tree.Map, tree.List:
		return "an " + k.String()
	case tree.Null:
		return "null"
	default:
		return "a " + k.String()
	}
}

// short shows a text that a person wrote, cut where it would drown the message.
func short(s string) string {
	const limit = 60
	if utf8.RuneCountInString(s) > limit {
		s = string([]rune(s)[:limit]) + "…"
	}
	return strconv.Quote(s)
}
