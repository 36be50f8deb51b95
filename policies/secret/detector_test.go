package secret

import (
	"strings"
	"testing"
)

// fake makes a token of a format that no scanner of repositories takes for a real one.
func fake(prefix string, length int) string {
	const chars = "Zk3Rw8Qm5Tn1Yb7Lc9Xd2Vf6Hg4Js0Pa"
	return prefix + strings.Repeat(chars, length/len(chars)+1)[:length]
}

func fakeHex(length int) string {
	return strings.Repeat("1f7a9c3e5b2d8046", length/16+1)[:length]
}

// instance is a token of a format, of the least length.
func (f *format) instance() string {
	var body strings.Builder
	for i := range f.least {
		body.WriteByte(f.body[(i*7+3)%len(f.body)])
	}
	return f.prefix + body.String()
}

func TestEveryFormatIsFoundWhereverItStands(t *testing.T) {
	d := New()
	for _, f := range tokenFormats() {
		token := f.instance()
		for _, text := range []string{
			token, token + "\n", `"` + token + `"`, "--x=" + token, "export X=" + token + ";", `{"x":"` + token + `"}`, `{\"x\":\"` + token + `\"}`,
			"see " + token + " there", "https://host/?x=" + token, `a\n` + token, "(" + token + ")", "x, " + token + ", y",
		} {
			if what, ok := d.Find("NEUTRAL", text); !ok || what != f.what {
				t.Errorf("%s in %q is %q, %v", f.prefix, text, what, ok)
			}
		}
		for _, text := range []string{token[:len(token)-1], f.prefix, f.prefix + strings.Repeat("x", f.least), "x" + token, f.prefix + "REPLACE_ME"} {
			if what, ok := d.Find("NEUTRAL", text); ok && what == f.what {
				t.Errorf("%q is %q", text, what)
			}
		}
	}
}

func TestEveryFormatIsComplete(t *testing.T) {
	for _, f := range tokenFormats() {
		if !strings.HasPrefix(f.what, "a ") && !strings.HasPrefix(f.what, "an ") || !strings.HasPrefix(f.source, "https://") || len(f.prefix) < 3 || f.least < 16 || !New().words[f.prefix[0]] {
			t.Errorf("%+v", f)
		}
	}
	for _, n := range namings() {
		if n.what == "" || n.least < 4 || strings.ToLower(n.words) != n.words {
			t.Errorf("%+v", n)
		}
	}
}

func TestFindByName(t *testing.T) {
	d := New()
	random := fake("", 32)
	for _, tt := range []struct{ name, value, want string }{
		{"PASSWORD", "hunter2", "a password"},
		{"DB_PASSWORD", "hunter2", "a password"},
		{"dbPassword", "hunter2", "a password"},
		{"db-password", "hunter2", "a password"},
		{"db.password", "hunter2", "a password"},
		{"Db Password", "hunter2", "a password"},
		{"DBPassword", "hunter2", "a password"},
		{"PGPASSWORD", "hunter2", "a password"},
		{"mysqlpasswd", "hunter2", "a password"},
		{"MYSQL_PWD", "hunter2", "a password"},
		{"SMTP_PASS", "hunter2", "a password"},
		{"PASSWORD_2", "hunter2", "a password"},
		{"PASSWORD2", "hunter2", "a password"},
		{"DB_PASSWORD_V2", "hunter2", "a password"},
		{"DB_PASSWORD_BASE64", "aHVudGVyMg==", "a password"},
		{"DB_PASSWORD_B64", "aHVudGVyMg==", "a password"},
		{"DB_PASSWORD_PROD", "hunter2", "a password"},
		{"DB_PASSWORD_VALUE", "hunter2", "a password"},
		{"--db-password", "hunter2", "a password"},
		{"password", `"hunter2"`, "a password"},
		{"password", " hunter2\n", "a password"},
		{"password", "correct horse battery staple", "a password"},
		{"PASSWORD", "p@ss/w0rd", "a password"},
		{"PASSWORD", "$up3r!", "a password"},
		{"KEY_PASSPHRASE", "hunter2", "a passphrase"},
		{"TOKEN", random, "a token"},
		{"HUGGING_FACE_HUB_TOKEN", random, "a token"},
		{"HF_TOKEN", random, "a token"},
		{"AWS_SESSION_TOKEN", random + "/" + random + "==", "an AWS session token"},
		{"authToken", "supersecret", "a token"},
		{"API_KEY", "abc123def456.ghi789jkl", "an API key"},
		{"GITHUB_TOKEN", "12345678-1234-1234-1234-1234567890ab", "a token"},
		{"SECRET", "s3cr3tvalue", "a secret"},
		{"DB_SECRET", random, "a secret"},
		{"CLIENT_SECRET", random, "a client secret"},
		{"CLIENT_SECRET", "my-client-secret", "a client secret"},
		{"JWT_SECRET", "super-secret", "a secret"},
		{"API_KEY", "my-secret-key", "an API key"},
		{"DB_PW", "hunter2", "a password"},
		{"API_KEY", random, "an API key"},
		{"apiKey", random, "an API key"},
		{"OPENAI_API_KEY", random, "an API key"},
		{"WANDB_API_KEY", fakeHex(40), "an API key"},
		{"XAPIKEY", random, "an API key"},
		{"PRIVATE_KEY", random, "a private key"},
		{"AWS_SECRET_ACCESS_KEY", fake("", 19) + "/" + fake("", 20), "an AWS secret access key"},
		{"AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "an AWS secret access key"},
		{"AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE", "an AWS access key"},
		{"AWS_ACCESS_KEY_ID", fakeHex(20), "an AWS access key"},
		{"awsAccessKeyId", fakeHex(20), "an AWS access key"},
		{"accesskey", fakeHex(20), "an access key"},
		{"SECRET_KEY", random, "a secret key"},
		{"SECRET_KEY_BASE", random, "a secret key"},
		{"AZURE_STORAGE_KEY", random + random + "==", "a storage key"},
		{"ACCOUNT_KEY", random, "an account key"},
		{"ENCRYPTION_KEY", random, "an encryption key"},
		{"CREDENTIALS", random, "credentials"},
		{"AUTHORIZATION", "Bearer " + random, "credentials"},
		{strings.Repeat("X_", 10_000) + "PASSWORD", "hunter2", "a password"},
	} {
		if what, _ := d.Find(tt.name, tt.value); what != tt.want {
			t.Errorf("%.40s is %q, want %q", tt.name, what, tt.want)
		}
	}
}

func TestFindInText(t *testing.T) {
	d := New()
	random := fake("", 40)
	for text, want := range map[string]string{
		"postgres://app:hunter2@db:5432/churn":                                      "a URL with a password",
		"redis://:hunter2@cache:6379/0":                                             "a URL with a password",
		"mongodb+srv://app:p%40ss@cluster0.example.net/?w=1":                        "a URL with a password",
		"https://user:" + random + "@git.example.com/a.git":                         "a URL with a password",
		"clone https://u:hunter2@git.example.com and more":                          "a URL with a password",
		"Server=db;User Id=sa;Password=Sup3rSecret;":                                "a password",
		"Driver={ODBC};Server=db;Uid=sa;Pwd=Sup3rSecret;":                           "a password",
		"jdbc:postgresql://db/churn?user=app&password=hunter2":                      "a password",
		"cache:6379,password=hunter2,ssl=True":                                      "a password",
		"DefaultEndpointsProtocol=https;AccountName=a;AccountKey=" + random + "==":  "an account key",
		"Endpoint=sb://a.example.net/;SharedAccessKey=" + random + "=":              "an access key",
		"https://a.example.net/c?sv=2024&sig=" + random + "%3D":                     "a signature that gives access",
		"https://b.example.com/k?X-Amz-Credential=a&X-Amz-Signature=" + fakeHex(64): "a signature that gives access",
		"export DB_PASSWORD=hunter2":                                                "a password",
		"export DB_PASSWORD='hunter2'":                                              "a password",
		`DB_PASSWORD="hunter2" ./run`:                                               "a password",
		"mysql -h db --password=hunter2":                                            "a password",
		"mysql -h db --password hunter2":                                            "a password",
		"mysql -h db --password secretive":                                          "a password",
		"aws configure set aws_secret_access_key " + random:                         "an AWS secret access key",
		"aws_secret_access_key = " + random:                                         "an AWS secret access key",
		"spark.hadoop.fs.s3a.secret.key=" + random:                                  "a secret key",
		`{"db_password":"hunter2"}`:                                                 "a password",
		`{"db_password" : "hunter2"}`:                                               "a password",
		`{\\\"db_password\\\":\\\"hunter2\\\"}`:                                     "a password",
		`{\"db_password\":\"hunter2\"}`:                                             "a password",
		`{"Name":"DbPassword","Type":"String","DefaultValue":"hunter2"}`:            "a password",
		`[{"name":"DB_PASSWORD","value":"hunter2"}]`:                                "a password",
		"- name: DB_PASSWORD\n  value: hunter2\n":                                   "a password",
		"password: hunter2":                                                         "a password",
		`password = "hunter2"`:                                                      "a password",
		`conn = connect(user="a", password="hunter2")`:                              "a password",
		`curl -H "Authorization: Bearer ` + random + `"`:                            "credentials",
		"-----BEGIN RSA PRIVATE KEY-----\nMII":                                      "a private key",
		`{"private_key":"-----BEGIN PRIVATE KEY-----\nMII`:                          "a private key",
		"-----BEGIN OPENSSH PRIVATE KEY-----":                                       "a private key",
		"-----BEGIN PGP PRIVATE KEY BLOCK-----":                                     "a private key",
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9." + random:                       "a JSON web token",
		"TOKEN=" + fake("ghp_", 36):                                                 "a GitHub token",
	} {
		if what, _ := d.Find("NEUTRAL", text); what != want {
			t.Errorf("%q is %q, want %q", text, what, want)
		}
	}
}
