package policies

import (
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/secret"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// secrets are the detector, and where it looks in each kind.
type secrets struct {
	detector *secret.Detector
	surfaces map[catalog.Kind][]surface
}

// surface is a catalog row with its paths parsed.
type surface struct {
	catalog.Surface
	path, name tree.Path
}

// surfacePaths are the fields that a search reads.
func surfacePaths() map[catalog.Kind][]string {
	out := map[catalog.Kind][]string{}
	for _, s := range catalog.Surfaces() {
		out[s.Kind] = append(out[s.Kind], s.Path)
		if s.Name != "" {
			out[s.Kind] = append(out[s.Kind], s.Name)
		}
	}
	return out
}

func newSecrets() (secrets, error) {
	s := secrets{detector: secret.New(), surfaces: map[catalog.Kind][]surface{}}
	for _, row := range catalog.Surfaces() {
		var p pathParser
		one := surface{Surface: row, path: p.parse(row.Path), name: p.parse(row.Name)}
		if p.err != nil {
			return secrets{}, fmt.Errorf("catalog row %s %s: %w", row.Kind.Name, row.Path, p.err)
		}
		s.surfaces[row.Kind] = append(s.surfaces[row.Kind], one)
	}
	return s, nil
}

// mostSecrets is how many values of one object are named: as many as one answer
// of the webhook has lines.
const mostSecrets = 20

// secretSearch looks for the secrets of one object.
type secretSearch struct {
	*evaluation
	left int // so many more are named
}

func newSecretSearch(e *evaluation) *secretSearch {
	s := &secretSearch{evaluation: e, left: mostSecrets}
	if e.old != nil { // what the bound hides from one state would seem new in the other
		s.left = math.MaxInt
	}
	return s
}

func (s *secretSearch) on(where *surface) {
	if s.left < 0 || s.object.Root.Find(concrete(where.path)).Absent() {
		return
	}
	where.path.Walk(s.object.Root, len(where.path), func(path tree.Path, value *tree.Node) {
		switch where.Form {
		case catalog.Variables, catalog.Properties:
			s.variables(where.Form, path, value)
		case catalog.Arguments:
			s.arguments(path, value)
		case catalog.Parameter:
			s.parameter(where, path, value)
		case catalog.Script, catalog.Document:
			s.text(where.Form, path, value.Str())
		}
	})
}

// found is about a secret; of the first that is too many, that there are more.
func (s *secretSearch) found(f Finding) {
	if !s.checksPlace() {
		return
	}
	s.left--
	switch {
	case s.left >= 0:
		s.report(f)
	case s.left == -1:
		f.Problem = fmt.Sprintf("this and perhaps other values look like secrets in plain text; the first %d are listed.", mostSecrets)
		s.report(f)
	}
}

func (s *secretSearch) variables(form catalog.Form, path tree.Path, variables *tree.Node) {
	if variables.Kind() != tree.Map {
		return
	}
	for i := 0; i < variables.Len() && s.left >= 0; i++ {
		v := variables.At(i)
		what, found := s.secrets.detector.Find(v.Key(), v.Str())
		switch {
		case !found:
		case len(v.Key()) > longestName:
			s.found(plaintext(form, path.Clone(), "", what+" (under the name "+quote(v.Key())+")"))
		default:
			s.found(plaintext(form, below(path, tree.Key(v.Key())), v.Key(), what))
		}
	}
}

// longestName is the length to which a variable's name may stand in a path. The
// API server sets no limit, and a message must stay one.
const longestName = 256

// below is a path of its own, one step further.
func below(path tree.Path, step tree.Step) tree.Path {
	out := make(tree.Path, len(path)+1)
	copy(out, path)
	out[len(path)] = step
	return out
}

// arguments knows that a flag names the argument after it.
func (s *secretSearch) arguments(path tree.Path, arguments *tree.Node) {
	if arguments.Kind() != tree.List {
		return
	}
	flag := ""
	for i := 0; i < arguments.Len() && s.left >= 0; i++ {
		argument := arguments.At(i).Str()
		isFlag := strings.HasPrefix(argument, "-")
		if isFlag {
			flag = "" // --password --verbose
		}
		if what, found := s.secrets.detector.Find(flag, argument); found {
			s.found(plaintext(catalog.Arguments, below(path, tree.Index(i)), "", what))
		}
		flag = ""
		if isFlag && !strings.Contains(argument, "=") {
			flag = argument
		}
	}
}

func (s *secretSearch) parameter(where *surface, path tree.Path, value *tree.Node) {
	name := s.search.find(where.name.Bind(path)).Str()
	if what, found := s.secrets.detector.Find(name, value.Str()); found {
		s.found(plaintext(where.Form, path.Clone(), name, what))
	}
}

// text says in one finding what a script or a document holds. The line is no
// part of the problem: a script that is edited above it has the same problem.
func (s *secretSearch) text(form catalog.Form, path tree.Path, text string) {
	if form == catalog.Script {
		text = decoded(text)
	}
	kinds, first := s.kinds(text)
	if len(kinds) == 0 {
		return
	}
	f := plaintext(form, path.Clone(), "", enumerate(kinds))
	if form == catalog.Script {
		line := 1 + strings.Count(text[:first], "\n")
		f.Remedy = fmt.Sprintf("The first is in line %d of the script. %s", line, f.Remedy)
	}
	s.found(f)
}

// kinds are the kinds of secrets in a text, in alphabetical order, and where
// the first secret stands.
func (s *secretSearch) kinds(text string) (kinds []string, first int) {
	const most = 4 // that a message names
	scanner := s.secrets.detector.Scan(text)
	for len(kinds) < most {
		m, ok := scanner.Next()
		if !ok {
			break
		}
		if len(kinds) == 0 {
			first = m.Offset
		}
		if !slices.Contains(kinds, m.What) {
			kinds = append(kinds, m.What)
		}
	}
	slices.Sort(kinds)
	return kinds, first
}

// decoded is a script without its base64, as far as AWS would take it several
// times over (NotebookInstanceLifecycleConfigContent: 16,384 characters). What
// is not base64 is read as it is.
func decoded(content string) string {
	const most = 1 << 16
	content = content[:min(len(content), most)]
	script, err := base64.StdEncoding.DecodeString(content)
	if err != nil && len(script) < len(content)/2 {
		return content
	}
	return string(script)
}
