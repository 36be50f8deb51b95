package secret

import (
	"bytes"
	"strings"
)

// naming is a name that means a secret. The last word of a name says what the
// value is: DB_PASSWORD is a password, PASSWORD_FILE a file, MAX_TOKENS a number.
type naming struct {
	words string // the last words of the name, in lower case with underscores
	what  string
	least int // a shorter value is none
	rule  rule
}

// rule is what else decides whether a value under such a name is a secret.
type rule uint8

const (
	anyText rule = iota
	// oneWord: no spaces, as in what machines generate.
	oneWord
	// noVariable: nor the name of a variable or a field.
	noVariable
	// noName: nor words with dashes. DB_SECRET: churn-db names a secret that lies
	// in Secrets Manager, API_KEY: churn-db does not.
	noName
)

// namings lists the names that mean secrets.
func namings() []naming {
	out := []naming{
		{"password", "a password", 4, anyText},
		{"passwd", "a password", 4, anyText},
		{"passphrase", "a passphrase", 4, anyText},
		{"pwd", "a password", 4, oneWord},
		{"token", "a token", 8, noVariable},
		{"aws_session_token", "an AWS session token", 16, noVariable},
		{"secret", "a secret", 6, noName},
		{"client_secret", "a client secret", 6, noVariable},
		{"shared_secret", "a shared secret", 6, noVariable},
		{"credential", "a credential", 8, noName},
		{"credentials", "credentials", 8, noName},
		{"api_key", "an API key", 8, noVariable},
		{"apikey", "an API key", 8, noVariable},
		{"secret_key", "a secret key", 8, noVariable},
		{"secretkey", "a secret key", 8, noVariable},
		{"access_key", "an access key", 8, noVariable},
		{"accesskey", "an access key", 8, noVariable},
		{"access_key_id", "an access key", 16, noVariable},
		{"aws_access_key_id", "an AWS access key", 16, noVariable},
		{"secret_access_key", "an AWS secret access key", 16, noVariable},
		{"private_key", "a private key", 8, noVariable},
		{"privatekey", "a private key", 8, noVariable},
		{"ssh_key", "a private key", 16, noVariable},
		{"account_key", "an account key", 16, noVariable},
		{"storage_key", "a storage key", 16, noVariable},
		{"shared_key", "a shared key", 8, noVariable},
		{"signing_key", "a signing key", 8, noVariable},
		{"encryption_key", "an encryption key", 8, noVariable},
		{"master_key", "a master key", 8, noVariable},
		{"auth_key", "a key", 8, noVariable},
		{"app_key", "an API key", 16, noVariable},
		{"application_key", "an API key", 16, noVariable},
		{"service_key", "a key", 16, noVariable},
		{"subscription_key", "an API key", 16, noVariable},
		{"consumer_key", "an API key", 16, noVariable},
		{"kaggle_key", "an API key", 16, noVariable},
		{"openai_key", "an API key", 16, noVariable},
		{"authorization", "credentials", 12, noVariable},
		{"sig", "a signature that gives access", 40, noVariable},           // Azure: shared access signatures
		{"amz_signature", "a signature that gives access", 40, noVariable}, // S3: presigned URLs
	}
	// Short for password only beside what has one: nobody's secret is num_pass.
	for owner := range strings.FieldsSeq("db user smtp mail sql mysql postgres pg redis mongo rabbitmq admin root snowflake") {
		out = append(out, naming{owner + "_pass", "a password", 4, oneWord}, naming{owner + "_pw", "a password", 4, oneWord})
	}
	// Always the secret itself, where another SECRET may name one.
	for user := range strings.FieldsSeq("api app consumer cookie jwt oauth session signing webhook") {
		out = append(out, naming{user + "_secret", "a secret", 6, noVariable})
	}
	return out
}

// glued are names that people write without any mark between the words: PGPASSWORD.
func glued() []string {
	return []string{"password", "passwd", "passphrase", "apikey", "secretkey", "accesskey", "privatekey"}
}

// qualifiers stand after the word that says what a value is, and change
// nothing. Digits at the end are cut off before: V2, BASE64.
func qualifiers() []string {
	return []string{"value", "string", "text", "plain", "plaintext", "raw", "prod", "production", "dev", "test", "staging", "stage", "old", "new", "base", "b", "v", "primary", "secondary", "default"}
}

// harmless are words before a secret word that give it another meaning: the
// tokens of language models, and keys of KMS, which are names.
func harmless() map[string][]string {
	return map[string][]string{
		"token": {
			"pad", "padding", "eos", "bos", "unk", "unknown", "sep", "cls", "mask", "special", "stop", "start", "end", "begin",
			"image", "audio", "video", "text", "prompt", "placeholder", "initializer", "instance", "class", "trigger",
			"split", "delimiter", "separator", "control", "prefix", "suffix", "first", "last", "next", "decoder", "forced",
			"query", "document", "doc", "word", "sub", "per", "num", "max", "min", "target", "blank", "sentence",
			"assistant", "tool", "vision", "response", "fim", "middle", "cutoff", "modifier", "extra", "added", "eot", "eod", "oov",
		},
		"encryption_key": {"kms"}, "master_key": {"kms", "customer"}, "storage_key": {"kms"}, "account_key": {"kms"},
		"auth_key": {"kms"}, "service_key": {"kms"}, "shared_key": {"kms"}, "signing_key": {"kms"},
	}
}

// longestName is what of a long name is looked at: its end.
const longestName = 64

// names finds namings by the last word of a name.
type names struct {
	byLast     map[string][]naming // longest first
	glued      []string
	qualifiers map[string]bool
	harmless   map[string]map[string]bool
	tails      tails
}

func newNames() names {
	n := names{byLast: map[string][]naming{}, glued: glued(), qualifiers: map[string]bool{}, harmless: map[string]map[string]bool{}}
	for _, row := range namings() {
		last := row.words[strings.LastIndexByte(row.words, '_')+1:]
		rows := n.byLast[last]
		at := 0
		for at < len(rows) && len(rows[at].words) > len(row.words) {
			at++
		}
		n.byLast[last] = append(rows[:at:at], append([]naming{row}, rows[at:]...)...)
		n.tails.add(row.words)
		n.tails.add(strings.ReplaceAll(row.words, "_", "")) // accessKeyId
	}
	for _, word := range qualifiers() {
		n.qualifiers[word] = true
		n.tails.add(word)
	}
	for words, before := range harmless() {
		n.harmless[words] = map[string]bool{}
		for _, word := range before {
			n.harmless[words][word] = true
		}
	}
	return n
}

// tails are the last three letters of all words that count: most names can be
// reported by them to be nothing.
type tails [1 << 15 / 64]uint64

func (t *tails) add(word string) {
	if len(word) > 2 {
		i := tail(word)
		t[i/64] |= 1 << (i % 64)
	}
}

func (t *tails) has(name string) bool {
	i := tail(name)
	return t[i/64]>>(i%64)&1 == 1 || !isLetter(name[len(name)-2]) // a word of one letter
}

// tail is 5 bits for each of the last three bytes, in which case makes no difference.
func tail(s string) int {
	n := len(s)
	return int(s[n-3]&31)<<10 | int(s[n-2]&31)<<5 | int(s[n-1]&31)
}

// find returns what a name means, nil if it means no secret.
func (n *names) find(name string) *naming {
	for name != "" && !isLetter(name[len(name)-1]) { // PASSWORD_2
		name = name[:len(name)-1]
	}
	if len(name) < 3 {
		return nil
	}
	if !n.tails.has(name) {
		return nil
	}
	if len(name) > longestName {
		name = name[len(name)-longestName:]
	}
	var buffer [2 * longestName]byte
	words := split(buffer[:0], name)
	return n.judge(words)
}

func (n *names) judge(words []byte) *naming {
	last := lastWord(words)
	for len(last) < len(words) && n.qualifiers[string(last)] {
		words = words[:len(words)-len(last)-1]
		last = lastWord(words)
	}
	rows := n.byLast[string(last)]
	for i := range rows {
		before, ok := cutSuffix(words, rows[i].words)
		if ok && !n.harmless[rows[i].words][string(lastWord(before))] {
			return &rows[i]
		}
		if ok {
			return nil
		}
	}
	for _, g := range n.glued {
		if len(last) > len(g) && string(last[len(last)-len(g):]) == g {
			return &n.byLast[g][len(n.byLast[g])-1]
		}
	}
	return nil
}

// cutSuffix takes whole words from the end.
func cutSuffix(words []byte, suffix string) ([]byte, bool) {
	at := len(words) - len(suffix)
	if at < 0 || string(words[at:]) != suffix {
		return nil, false
	}
	if at == 0 {
		return nil, true
	}
	return words[:at-1], words[at-1] == '_'
}

func lastWord(words []byte) []byte { return words[bytes.LastIndexByte(words, '_')+1:] }

// split writes a name in any style (DB_PASSWORD, dbPassword, db-password,
// AWSSecretKey) as words in lower case with underscores between them.
func split(out []byte, name string) []byte {
	for i := range len(name) {
		c := name[i]
		switch {
		case !isLetter(c) && !isDigit(c):
			if len(out) > 0 && out[len(out)-1] != '_' {
				out = append(out, '_')
			}
			continue
		case i > 0 && isUpper(c) && (isLower(name[i-1]) || isDigit(name[i-1]) || isUpper(name[i-1]) && i+1 < len(name) && isLower(name[i+1])):
			if len(out) > 0 && out[len(out)-1] != '_' {
				out = append(out, '_')
			}
		}
		if isUpper(c) {
			c |= 0x20
		}
		out = append(out, c)
	}
	return out
}

func isLetter(c byte) bool { return isUpper(c) || isLower(c) }
func isUpper(c byte) bool  { return c-'A' < 26 }
func isLower(c byte) bool  { return c-'a' < 26 }
func isDigit(c byte) bool  { return c-'0' < 10 }
