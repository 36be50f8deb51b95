// Package secret distinguishes credentials in plain text from other text:
// tokens by their public formats, values by names that mean secrets,
// passwords in URLs and connection strings.
//
// It is a table of its own and no library: gitleaks v8.30 with its rules makes
// the command line 8 MB and the webhook 5 MB larger, brings almost 60 modules,
// takes 30 ms and 28 MB to start, and needs 150 µs for a value. All 50 variables
// of a job take less than 10 µs here, and less than it takes to decode them.
//
// The work is one skip the text, whatever stands in it.
package secret

// Match is a place that looks like a secret. It never holds the secret.
type Match struct {
	// What it looks like, with an article: "a GitHub token".
	What string
	// Offset is where in the text it begins, in bytes.
	Offset int
}

// Detector finds secrets. It is safe for concurrent use.
type Detector struct {
	formats formats
	names   names
	words   set // the bytes of words: identifiers, flags, tokens
}

// New makes a detector of the built-in tables.
func New() *Detector {
	return &Detector{formats: newFormats(), names: newNames(), words: setOf(urlB64)}
}

// Find evaluates a value that has a name: a variable, a parameter, a flag.
// It says what the value looks like.
func (d *Detector) Find(name, value string) (what string, found bool) {
	s := d.Scan(value)
	if m, ok := s.Next(); ok {
		return m.What, true
	}
	n := d.names.find(name)
	if n == nil || !n.suits(unquoted(value)) {
		return "", false
	}
	return n.what, true
}

// Scan reads a text in which secrets may stand anywhere: a script, a command
// line, JSON.
func (d *Detector) Scan(text string) Scanner {
	return Scanner{detector: d, text: text}
}
