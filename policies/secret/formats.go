package secret

import "strings"

// format is the public format of a token: what begins so, and goes on for so
// many characters, is nothing else.
type format struct {
	what   string
	prefix string
	body   string // the characters after the prefix
	least  int    // so many of them
	most   int    // 0: no upper bound
	source string // where the vendor documents it
}

// Characters that tokens are made of.
const (
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lower  = "abcdefghijklmnopqrstuvwxyz"
	digits = "0123456789"
	alnum  = upper + lower + digits
	urlB64 = alnum + "-_"
	hexa   = digits + "abcdef"
)

// tokenFormats lists the tokens that say what they are.
func tokenFormats() []format { return append(cloudFormats(), modelFormats()...) }

// cloudFormats are those of clouds, and of what code is kept and built with.
func cloudFormats() []format {
	const (
		aws    = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes"
		github = "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats"
		gitlab = "https://docs.gitlab.com/security/tokens/#token-prefixes"
		slack  = "https://docs.slack.dev/authentication/tokens"
		stripe = "https://docs.stripe.com/keys"
		vault  = "https://developer.hashicorp.com/vault/docs/concepts/tokens#token-prefixes"
	)
	return []format{
		{"an AWS access key", "AKIA", upper + digits, 16, 16, aws},
		{"an AWS access key", "ASIA", upper + digits, 16, 16, aws},
		{"an AWS bearer token", "ABIA", upper + digits, 16, 16, aws},
		{"a GitHub token", "ghp_", alnum, 36, 0, github},
		{"a GitHub token", "gho_", alnum, 36, 0, github},
		{"a GitHub token", "ghu_", alnum, 36, 0, github},
		{"a GitHub token", "ghs_", alnum, 36, 0, github},
		{"a GitHub token", "ghr_", alnum, 36, 0, github},
		{"a GitHub token", "github_pat_", alnum + "_", 36, 0, github},
		{"a GitLab token", "glpat-", urlB64, 20, 0, gitlab},
		{"a GitLab token", "gldt-", urlB64, 20, 0, gitlab},
		{"a GitLab token", "glrt-", urlB64, 20, 0, gitlab},
		{"a GitLab token", "glcbt-", urlB64, 20, 0, gitlab},
		{"a GitLab token", "glptt-", urlB64, 20, 0, gitlab},
		{"a GitLab token", "glft-", urlB64, 20, 0, gitlab},
		{"a GitLab token", "glagent-", urlB64, 20, 0, gitlab},
		{"a GitLab token", "gloas-", urlB64, 20, 0, gitlab},
		{"a Slack token", "xoxb-", alnum + "-", 20, 0, slack},
		{"a Slack token", "xoxp-", alnum + "-", 20, 0, slack},
		{"a Slack token", "xoxa-", alnum + "-", 20, 0, slack},
		{"a Slack token", "xoxe-", alnum + "-", 20, 0, slack},
		{"a Slack token", "xoxe.xox", alnum + "-", 20, 0, slack},
		{"a Slack token", "xapp-", alnum + "-", 20, 0, slack},
		{"a Slack webhook", "hooks.slack.com/services/", alnum + "/", 24, 0, "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks"},
		{"a Discord webhook", "discord.com/api/webhooks/", urlB64 + "/", 40, 0, "https://docs.discord.com/developers/resources/webhook"},
		{"a Stripe key", "sk_live_", alnum, 20, 0, stripe},
		{"a Stripe key", "sk_test_", alnum, 20, 0, stripe},
		{"a Stripe key", "rk_live_", alnum, 20, 0, stripe},
		{"a Stripe key", "rk_test_", alnum, 20, 0, stripe},
		{"a Stripe webhook secret", "whsec_", alnum + "+/", 24, 0, "https://docs.stripe.com/webhooks"},
		{"a Google API key", "AIza", urlB64, 35, 35, "https://docs.cloud.google.com/docs/authentication/api-keys"},
		{"a Google OAuth client secret", "GOCSPX-", urlB64, 28, 0, "https://developers.google.com/identity/protocols/oauth2/web-server"},
		{"a Google access token", "ya29.", urlB64 + ".", 40, 0, "https://docs.cloud.google.com/docs/authentication/token-types#access"},
		{"an npm token", "npm_", alnum, 36, 0, "https://github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format/"},
		{"a PyPI token", "pypi-", urlB64, 85, 0, "https://pypi.org/help/#apitoken"},
		{"a Vault token", "hvs.", urlB64, 24, 0, vault},
		{"a Vault token", "hvb.", urlB64, 24, 0, vault},
		{"a SendGrid key", "SG.", urlB64 + ".", 66, 0, "https://www.twilio.com/docs/sendgrid/for-developers/sending-email/authentication"},
		{"a DigitalOcean token", "dop_v1_", hexa, 64, 0, "https://docs.digitalocean.com/reference/api/create-personal-access-token/"},
		{"a Docker token", "dckr_pat_", urlB64, 27, 0, "https://docs.docker.com/security/access-tokens/"},
		{"a Docker token", "dckr_oat_", urlB64, 27, 0, "https://docs.docker.com/enterprise/security/access-tokens/"},
		{"a Grafana token", "glsa_", alnum + "_", 40, 0, "https://grafana.com/docs/grafana/latest/administration/service-accounts/"},
	}
}

// modelFormats are those of what models and their data are worked on with.
func modelFormats() []format {
	const (
		openAI     = "https://platform.openai.com/docs/api-reference/authentication"
		databricks = "https://docs.databricks.com/aws/en/dev-tools/auth/pat"
	)
	return []format{
		{"a Hugging Face token", "hf_", alnum, 30, 0, "https://huggingface.co/docs/hub/security-tokens"},
		{"an OpenAI key", "sk-proj-", urlB64, 40, 0, openAI},
		{"an OpenAI key", "sk-svcacct-", urlB64, 40, 0, openAI},
		{"an OpenAI key", "sk-admin-", urlB64, 40, 0, openAI},
		{"an Anthropic key", "sk-ant-", urlB64, 40, 0, "https://docs.claude.com/en/api/overview#authentication"},
		{"an API key", "sk-", alnum, 40, 0, openAI},
		{"an NVIDIA API key", "nvapi-", urlB64, 60, 0, "https://docs.nvidia.com/nim/large-language-models/latest/getting-started.html"},
		{"a Groq API key", "gsk_", alnum, 40, 0, "https://console.groq.com/docs/quickstart"},
		{"a Replicate token", "r8_", alnum, 37, 0, "https://replicate.com/docs/topics/security/api-tokens"},
		{"a LangSmith key", "lsv2_", alnum + "_", 40, 0, "https://docs.langchain.com/langsmith/create-account-api-key"},
		{"a Databricks token", "dapi", hexa, 32, 0, databricks},
		{"a Databricks secret", "dose", hexa, 32, 32, databricks},
	}
}

// formats are the token formats by the byte that they begin with.
type formats struct {
	byFirst [256][]compiled
	starts  pairs
	part    set // what the parts of a JSON web token are made of
}

type compiled struct {
	format
	body set
}

// set holds bytes.
type set [256]bool

func setOf(chars string) set {
	var s set
	for i := range len(chars) {
		s[chars[i]] = true
	}
	return s
}

func newFormats() formats {
	out := formats{part: setOf(urlB64)}
	for _, f := range tokenFormats() {
		first := f.prefix[0]
		out.byFirst[first] = append(out.byFirst[first], compiled{format: f, body: setOf(f.body)})
		out.starts.add(f.prefix[:2])
	}
	for _, start := range [...]string{"ey", "ew", "--"} { // JSON web tokens, PEM
		out.starts.add(start)
	}
	return out
}

// find says what the text begins with, and how long it is. Without a what, the
// length is that of a mask such as SG.SG.SG.SG, in which no token begins.
func (f *formats) find(text string) (what string, length int) {
	if len(text) < 2 || !f.starts.has(text[0], text[1]) {
		return "", 0
	}
	mask := 0
	candidates := f.byFirst[text[0]]
	for i := range candidates {
		c := &candidates[i]
		if !strings.HasPrefix(text, c.prefix) {
			continue
		}
		body := text[len(c.prefix):]
		n := c.body.run(body)
		if n < c.least || c.most > 0 && n > c.most {
			continue
		}
		if varied(body[:n]) {
			return c.what, len(c.prefix) + n
		}
		mask = max(mask, n)
	}
	switch text[0] {
	case 'e':
		if n := f.jwtLength(text); n > 0 {
			return "a JSON web token", n
		}
	case '-':
		if n := pemLength(text); n > 0 {
			return "a private key", n
		}
	}
	return "", mask
}

// pairs are two bytes each: most words can be reported by them to be nothing.
type pairs [1 << 16 / 64]uint64

func (p *pairs) add(pair string) {
	i := int(pair[0])<<8 | int(pair[1])
	p[i/64] |= 1 << (i % 64)
}

func (p *pairs) has(a, b byte) bool {
	i := int(a)<<8 | int(b)
	return p[i/64]>>(i%64)&1 == 1
}

// run is the number of bytes that a text begins with from the set.
func (s *set) run(text string) int {
	n := 0
	for n < len(text) && s[text[n]] {
		n++
	}
	return n
}

// varied distinguishes a token from a mask such as hf_xxxxxxxx.
func varied(body string) bool {
	const enough = 5
	var seen set
	different := 0
	for i := range len(body) {
		if !seen[body[i]] {
			seen[body[i]] = true
			different++
			if different == enough {
				return true
			}
		}
	}
	return false
}

// jwtLength is the length of a signed JSON web token (RFC 7519): three parts in
// base64url, of which the first two are JSON objects.
func (f *formats) jwtLength(text string) int {
	const least = 10
	n := 0
	for part := range 3 {
		rest := text[n:]
		length := f.part.run(rest)
		if length < least || part < 2 && !strings.HasPrefix(rest, "ey") && !strings.HasPrefix(rest, "ew") {
			return 0
		}
		n += length
		if part < 2 {
			if n == len(text) || text[n] != '.' {
				return 0
			}
			n++
		}
	}
	return n
}

// pemLength is the length of the first line of a private key (RFC 7468, OpenSSH, OpenPGP).
func pemLength(text string) int {
	const begin, longest = "-----BEGIN ", 60
	if !strings.HasPrefix(text, begin) {
		return 0
	}
	head := text[len(begin):min(len(text), longest)]
	label, _, ok := strings.Cut(head, "-----")
	if !ok || !strings.Contains(label, "PRIVATE KEY") {
		return 0
	}
	return len(begin) + len(label)
}
