package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/policies"
)

// sarif writes a log of OASIS SARIF 2.1.0, for code scanning. Results are
// written as they come; only problems are held back.
type sarif struct {
	w       io.Writer
	o       Options
	rules   map[policies.ID]int
	started bool
	// seen counts results of the same fingerprint.
	seen          map[string]int
	notifications []sarifNotification
}

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	project     = "https://github.com/cmkgate/cmkgate"
)

func newSARIF(w io.Writer, o Options) *sarif {
	s := &sarif{w: w, o: o, rules: map[policies.ID]int{}, seen: map[string]int{}, notifications: []sarifNotification{}}
	for i := range o.Rules {
		s.rules[o.Rules[i].ID] = i
	}
	return s
}

func (s *sarif) Write(b *Batch) error {
	for _, p := range b.Problems {
		s.notifications = append(s.notifications, s.notification(p))
	}
	for i := range b.Results {
		data, err := encode(s.result(&b.Results[i]))
		if err != nil {
			return fmt.Errorf("encode a result: %w", err)
		}
		head, err := s.head()
		if err != nil {
			return err
		}
		if err := write(s.w, head+"\n"+string(data)); err != nil {
			return err
		}
	}
	return nil
}

// head is what stands before the next result.
func (s *sarif) head() (string, error) {
	if s.started {
		return ",", nil
	}
	s.started = true
	tool, err := encode(s.tool())
	if err != nil {
		return "", fmt.Errorf("encode the rules: %w", err)
	}
	return fmt.Sprintf("{\"$schema\": %q, \"version\": \"2.1.0\", \"runs\": [{\n\"tool\": %s,\n\"columnKind\": \"unicodeCodePoints\",\n\"results\": [", sarifSchema, tool), nil
}

func (s *sarif) Close(sum Summary) error {
	head := "\n"
	if !s.started {
		var err error
		if head, err = s.head(); err != nil {
			return err
		}
	}
	invocations, err := encode([]any{map[string]any{
		"executionSuccessful": sum.Errors == 0, "toolExecutionNotifications": s.notifications,
	}})
	if err != nil {
		return fmt.Errorf("encode the problems: %w", err)
	}
	return write(s.w, fmt.Sprintf("%s],\n\"invocations\": %s}]}\n", head, invocations))
}

func (s *sarif) tool() any {
	rules := []sarifRule{}
	for i := range s.o.Rules {
		p := &s.o.Rules[i]
		rules = append(rules, sarifRule{
			ID: p.ID, Name: p.ID,
			Short:         sarifText{Text: p.Title + "."},
			Full:          sarifText{Text: "Protects " + p.Protects + "."},
			Help:          sarifText{Text: p.Doc, Markdown: p.Doc},
			HelpURI:       project + "/blob/main/docs/policies.md#" + p.ID,
			Configuration: map[string]string{"level": levelOf(p.Default)},
		})
	}
	driver := map[string]any{"name": "cmkgate", "informationUri": project, "rules": rules}
	if s.o.Version != "" {
		driver["version"] = s.o.Version
	}
	return map[string]any{"driver": driver}
}

func levelOf(m policies.Mode) string {
	switch m {
	case policies.Enforce:
		return "error"
	case policies.Warn:
		return "warning"
	default:
		return "note"
	}
}

func (s *sarif) result(r *Result) sarifResult {
	level := levelOf(r.Mode)
	if r.Inject {
		level = "note"
	}
	fingerprint := s.fingerprint(r)
	out := sarifResult{
		RuleID: r.Policy, Level: level, Message: sarifText{Text: unlinked(sentence(r)) + " [" + label(r) + "]"},
		Locations: []sarifLocation{{Physical: physical(r.File, regionOf(r)), Logical: logical(r)}},
		Fingerprints: map[string]string{
			"cmkgateFinding/v1": fingerprint,
			// GitHub distinguishes alerts by this one, and makes it of the source otherwise.
			"primaryLocationLineHash": fingerprint,
		},
		Fixes:      fixes(r),
		Properties: map[string]any{"reason": r.Reason, "mode": r.Mode, "setAtAdmission": r.Inject},
	}
	if i, ok := s.rules[r.Policy]; ok {
		out.RuleIndex = &i
	}
	return out
}

// unlinked keeps a viewer from making a link of [text](address), as it may in
// every message.
func unlinked(s string) string { return strings.ReplaceAll(s, "](", "] (") }

// fingerprint distinguishes findings without lines, so that one stays the
// same when the lines above it change. Two that are alike are counted.
func (s *sarif) fingerprint(r *Result) string {
	h := sha256.New()
	for _, part := range []string{r.File, r.Group, r.Kind, r.Namespace, r.Name, r.Policy, string(r.Reason), r.Path} {
		fmt.Fprintf(h, "%d:%s", len(part), part) //nolint:errcheck // a hash takes everything
	}
	sum := hex.EncodeToString(h.Sum(nil)[:16])
	s.seen[sum]++
	return fmt.Sprintf("%s:%d", sum, s.seen[sum])
}

func (s *sarif) notification(p manifest.Problem) sarifNotification {
	n := sarifNotification{Level: "error", Message: sarifText{Text: unlinked(manifest.Printable(p.Text))}}
	var region *sarifRegion
	if p.Line > 0 {
		region = &sarifRegion{StartLine: p.Line, StartColumn: max(p.Column, 1)}
	}
	n.Locations = []sarifLocation{{Physical: physical(p.File, region)}}
	return n
}

// regionOf is where in its file a result stands; a template has other lines
// than what was rendered from it.
func regionOf(r *Result) *sarifRegion {
	if r.Line == 0 || r.Rendered != "" {
		return nil
	}
	return &sarifRegion{r.Line, max(r.Column, 1), r.EndLine, r.EndColumn}
}

// physical names a file as a URI: relative ones as they are, to the root of the repository.
func physical(file string, region *sarifRegion) sarifPhysical {
	path := filepath.ToSlash(file)
	u := &url.URL{Path: strings.ToValidUTF8(path, "\uFFFD")}
	if filepath.IsAbs(file) {
		u.Scheme = "file"
	} else {
		u.Path = strings.TrimPrefix(u.Path, "./")
	}
	return sarifPhysical{sarifArtifact{URI: u.String()}, region}
}

func logical(r *Result) []sarifLogical {
	if subject(r) == "" {
		return nil
	}
	return []sarifLogical{{Name: r.Name, FullName: headline(r), Kind: "object"}}
}

// fixes is the remedy as changes of the file, where these are known.
func fixes(r *Result) []sarifFix {
	if len(r.Changes) == 0 || r.Rendered != "" {
		return nil
	}
	fix := sarifFix{Description: sarifText{Text: unlinked(manifest.Printable(r.Message))}}
	change := sarifChange{Artifact: physical(r.File, nil).Artifact}
	for _, c := range r.Changes {
		change.Replacements = append(change.Replacements, sarifReplacement{
			sarifRegion{c.Begin.Line, c.Begin.Column, c.End.Line, c.End.Column}, &sarifText{Text: c.Text},
		})
	}
	fix.Changes = []sarifChange{change}
	return []sarifFix{fix}
}

// The objects of a SARIF log, as far as they are written.
type (
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifRule struct {
		ID            string            `json:"id"`
		Name          string            `json:"name"`
		Short         sarifText         `json:"shortDescription"`
		Full          sarifText         `json:"fullDescription"`
		Help          sarifText         `json:"help"`
		HelpURI       string            `json:"helpUri"`
		Configuration map[string]string `json:"defaultConfiguration"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    *int              `json:"ruleIndex,omitempty"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Fixes        []sarifFix        `json:"fixes,omitempty"`
		Properties   map[string]any    `json:"properties"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
	sarifLogical struct {
		Name     string `json:"name"`
		FullName string `json:"fullyQualifiedName"`
		Kind     string `json:"kind"`
	}
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion `json:"deletedRegion"`
		Inserted *sarifText  `json:"insertedContent,omitempty"`
	}
	sarifNotification struct {
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
)
