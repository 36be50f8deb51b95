// Package fix makes the edits of findings in the bytes of manifests, and hands the
// files on. It prints nothing but what was asked for: the diff, or the fixed stream.
package fix

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strconv"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/check"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/edit"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// Fixer makes the edits of findings in the bytes of manifests. It evaluates what
// it has made, and hands out nothing that is not what it meant to make.
type Fixer struct {
	*check.Checker
	// JudgeOnly leaves every finding as it is.
	JudgeOnly bool
	// Only names the policies whose findings are fixed; all where it is empty.
	Only []policies.ID
	// Writes means that the files will be as they were made, so that what is left
	// has its place in them.
	Writes bool
}

// Piece is what became of a file, or a piece of one.
type Piece struct {
	origin
	Before, After []byte
	// Splices are what made the one of the other.
	Splices  []edit.Splice
	Fixes    []Fix
	Left     []Left
	Problems []manifest.Problem
	// Objects is the number of those that were evaluated.
	Objects int
	// again are the problems where the piece begins so many lines further down.
	again func(lines int) []manifest.Problem
}

// Fix is a finding that was fixed. Its place is that before.
type Fix struct {
	report.Result
	// Document counts those of the file, and At is the path to the object in it.
	Document int
	At       tree.Path
	Edits    []policies.Edit
	// Done says in words what was done.
	Done string
}

// Left is a finding that is still there.
type Left struct {
	report.Result
	// At is the path to the object in its document.
	At tree.Path
	// Why says why its fix was not made, nil if it has none.
	Why error
	// Patch is the fix as a JSON patch of the object.
	Patch string
}

// Piece fixes what can be fixed in the bytes of a file, or of a piece of it
// that begins after a number of lines.
func (f *Fixer) Piece(name string, line int, data []byte, splitter *manifest.Splitter, known *check.Known) Piece {
	out := Piece{Before: data, After: data}
	documents, problem := manifest.Split(name, line, data, splitter)
	if problem != nil {
		out.Problems = append(out.Problems, *problem)
		return out
	}
	after := make([][]byte, len(documents))
	var templates check.Templates
	var unread []manifest.Problem
	var results []report.Result
	at, moved := 0, 0
	for i := range documents {
		documents[i].Line += moved
		d := f.document(documents[i], documents[i].ParseACK(), known)
		r, p := templates.Sort(d.problems, "")
		results, unread = append(results, r...), append(unread, p...)
		after[i] = d.document.Data
		if f.Writes {
			moved += lineBreaks(after[i]) - lineBreaks(documents[i].Data)
		}
		for _, s := range d.splices(len(documents[i].Data)) {
			out.Splices = append(out.Splices, edit.Splice{Start: at + s.Start, End: at + s.End, Text: s.Text})
		}
		at += len(documents[i].Data)
		out.Objects += d.objects
		for k := range d.fixes {
			d.fixes[k].Document = i
		}
		out.Fixes = append(out.Fixes, d.fixes...)
		out.Left = append(out.Left, d.left...)
	}
	out.Problems = unread
	for i := range results {
		out.Left = append(out.Left, Left{Result: results[i]})
	}
	if len(out.Splices) == 0 {
		return out
	}
	out.After = bytes.Join(after, nil)
	if !staysApart(name, out.After, after, splitter) {
		out.After, out.Fixes, out.Splices = data, nil, nil
		out.Problems = append(out.Problems, defect(name, "its documents would be joined"))
	}
	return out
}

func lineBreaks(data []byte) int { return bytes.Count(data, []byte("\n")) }

// staysApart reports whether a text splits into the same documents that it was joined from.
func staysApart(name string, text []byte, documents [][]byte, splitter *manifest.Splitter) bool {
	again, problem := manifest.Split(name, 0, text, splitter)
	return problem == nil && slices.EqualFunc(again, documents, func(d manifest.Document, data []byte) bool { return bytes.Equal(d.Data, data) })
}

// maxRounds bounds how often a document is evaluated again: a fix can reveal
// what another finding has hidden, such as a wrong key under a wrong name.
const maxRounds = 8

// document fixes what can be fixed in one document.
func (f *Fixer) document(d manifest.Document, parsed manifest.Parsed, known *check.Known) documentFix {
	r := documentFix{
		fixer: f, known: known, document: d, parsed: parsed,
		refused: map[string]error{}, first: map[string]report.Result{}, made: map[string][]policies.Edit{},
	}
	r.problems = r.parsed.Problems
	for round := 0; ; round++ {
		proposals := r.judge(round == 0)
		if len(proposals) == 0 || round == maxRounds {
			r.leave(proposals)
			break
		}
		r.accept(r.admit(proposals, attempt{document: r.document, parsed: r.parsed}))
	}
	if p := d.Unrendered(&r.parsed); p != nil && len(r.problems) == 0 {
		r.problems = append(r.problems, *p)
	}
	if id := r.repeated; id != "" {
		r.document, r.parsed, r.fixes, r.left, r.rounds = d, parsed, nil, nil, nil
		r.problems = append(r.problems, defect(d.File, "a fix did not resolve its finding: "+id))
	}
	return r
}

// WhenFixed is what the manifests will say of each other once they are fixed, so
// that an Endpoint is not blamed for the EndpointConfig that is fixed in the
// same go.
func (f *Fixer) WhenFixed(input *manifest.Input, known *check.Known) (*check.Known, error) {
	return f.Revise(input, known, func(d manifest.Document, parsed manifest.Parsed) manifest.Parsed { //nolint:wrapcheck // it says what could not be done
		if !d.MayBeACK() {
			return parsed
		}
		fixed := f.document(d, parsed, known)
		return fixed.parsed
	})
}

// documentFix is a document on its way through the rounds.
type documentFix struct {
	fixer *Fixer
	known *check.Known
	// document and parsed are as the rounds so far have left them.
	document manifest.Document
	parsed   manifest.Parsed
	objects  int

	// refused is about findings why their fix was not made, by the finding's name.
	refused map[string]error
	// first are the findings of the first round, whose places are those of the
	// file as it is.
	first map[string]report.Result
	// made are the edits by finding; repeated is one that was there still.
	made     map[string][]policies.Edit
	repeated string
	// rounds are the splices of each round.
	rounds [][]edit.Splice

	fixes    []Fix
	left     []Left
	problems []manifest.Problem
}

// proposal is the fix of one finding.
type proposal struct {
	finding string
	Fix
	// value is the one of the document that the object stands in, and inValue the
	// edits with paths from its root.
	value   int
	inValue []policies.Edit
}

// judge returns what is to be done, and keeps what will be left if it is done.
func (r *documentFix) judge(isFirst bool) []proposal {
	r.left, r.objects = nil, 0
	var out []proposal
	for i := range r.parsed.Objects {
		o := &r.parsed.Objects[i]
		violations, findings, ours := r.fixer.Findings(o, r.known)
		if ours {
			r.objects++
		}
		for k := range violations {
			findings = append(findings, violations[k].Finding)
		}
		for k := range findings {
			out = r.consider(out, o, &findings[k], isFirst)
		}
	}
	return out
}

func (r *documentFix) consider(out []proposal, o *manifest.Object, f *policies.Finding, isFirst bool) []proposal {
	p := proposal{Fix: Fix{At: o.At, Edits: f.Fix}, value: slices.Index(r.parsed.Values, o.Value)}
	p.finding = strconv.Itoa(p.value) + " " + o.At.String() + " " + f.Label() + " " + f.Place()
	first, known := r.first[p.finding]
	switch {
	case isFirst:
		p.Result = report.NewResult(o, f)
		r.first[p.finding] = p.Result
	case known && !r.fixer.Writes:
		p.Result = first
	default:
		p.Result = report.NewResult(o, f)
	}
	chosen := !r.fixer.JudgeOnly && (len(r.fixer.Only) == 0 || slices.Contains(r.fixer.Only, f.Policy))
	if len(f.Fix) == 0 || !chosen {
		r.left = append(r.left, Left{Result: p.Result, At: p.At})
		return out
	}
	if why := r.refused[p.finding]; why != nil {
		r.left = append(r.left, Left{Result: p.Result, At: p.At, Why: why, Patch: edit.Patch(o.Root, f.Fix)})
		return out
	}
	p.Done = done(o.Root, f.Fix)
	for _, e := range f.Fix {
		e.Path = o.At.Child(e.Path...)
		p.inValue = append(p.inValue, e)
	}
	if edits, ok := r.made[p.finding]; ok && slices.EqualFunc(edits, f.Fix, sameEdit) {
		r.repeated = p.finding
		return out
	}
	return append(out, p)
}

// leave is for proposals after the last round.
func (r *documentFix) leave(proposals []proposal) {
	for i := range proposals {
		r.left = append(r.left, Left{Result: proposals[i].Result, At: proposals[i].At})
	}
}

func sameEdit(a, b policies.Edit) bool {
	return slices.Equal(a.Path, b.Path) && slices.Equal(a.Within, b.Within) && a.Value == b.Value
}

// attempt is what some proposals have made of a document.
type attempt struct {
	proposals []proposal
	splices   []edit.Splice
	document  manifest.Document
	parsed    manifest.Parsed
}

// admit adds as many of the proposals to an attempt as are compatible. If not
// all are, it bisects to find the others.
func (r *documentFix) admit(proposals []proposal, so attempt) attempt {
	next, err := r.try(append(slices.Clip(so.proposals), proposals...))
	if err == nil {
		return next
	}
	if len(proposals) == 1 {
		r.refused[proposals[0].finding] = err
		return so
	}
	half := len(proposals) / 2
	return r.admit(proposals[half:], r.admit(proposals[:half], so))
}

var errReachesFurther = errors.New("the change would affect other parts of the document, for example through an anchor or a merge key")

// try applies proposals to the document as the last round left it, and checks
// the result against the intended change.
func (r *documentFix) try(proposals []proposal) (attempt, error) {
	edits := make([][]policies.Edit, len(r.parsed.Values))
	for i := range proposals {
		edits[proposals[i].value] = append(edits[proposals[i].value], proposals[i].inValue...)
	}
	var splices []edit.Splice
	for i, value := range r.parsed.Values {
		if len(edits[i]) == 0 {
			continue
		}
		planned, err := edit.Plan(value.Data, value.Node(), edits[i])
		if err != nil {
			return attempt{}, err //nolint:wrapcheck // it is what the person reads
		}
		for _, s := range planned {
			splices = append(splices, edit.Splice{Start: s.Start + value.Begin, End: s.End + value.Begin, Text: s.Text})
		}
	}
	next := attempt{proposals: proposals, splices: splices, document: r.document}
	next.document.Data = edit.Apply(r.document.Data, splices)
	next.parsed = next.document.ParseACK()
	if len(next.parsed.Values) != len(r.parsed.Values) || len(next.parsed.Problems) > len(r.problems) {
		return attempt{}, errReachesFurther
	}
	for i, value := range r.parsed.Values {
		if !edit.Holds(value.Root, next.parsed.Values[i].Root, edits[i]) {
			return attempt{}, cmp.Or(edit.Repeated(value.Root), errReachesFurther)
		}
	}
	return next, nil
}

func (r *documentFix) accept(a attempt) {
	r.document, r.parsed = a.document, a.parsed
	if len(a.splices) > 0 {
		r.rounds = append(r.rounds, a.splices)
		clear(r.refused) // what shares a value may need the same by now
	}
	for i := range a.proposals {
		r.made[a.proposals[i].finding] = a.proposals[i].Edits
		r.fixes = append(r.fixes, a.proposals[i].Fix)
	}
}

func (r *documentFix) splices(size int) []edit.Splice {
	if len(r.rounds) == 0 {
		return nil
	}
	return edit.Compose(size, r.rounds...)
}

// defect is the answer to a bug in cmkgate: nothing is changed.
func defect(file, what string) manifest.Problem {
	return manifest.Problem{File: file, Text: "was left unchanged: " + what + ". This is a defect of cmkgate; please report it with the file."}
}
