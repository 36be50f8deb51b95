package policies

import (
	"strings"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// plaintextSecret finds credentials that stand in an object in plain text.
func plaintextSecret() Policy {
	return Policy{
		ID:       "plaintext-secret",
		Title:    "Manifests contain no credentials",
		Protects: "passwords, tokens and keys: they live in Secrets Manager or Parameter Store, not in environments, hyperparameters, arguments or scripts",
		Default:  Warn,
		Kinds:    catalog.KindsWithSurfaces(),
		Reads:    surfacePaths(),
		check:    checkSecrets,
		Doc: `A password, token or key in an object can be read by everyone who can read the object, the Git repository
that it comes from, etcd and its backups, and, in AWS, by everyone who may describe the resource. AWS advises against
secrets in hyperparameters and environments (CreateTrainingJob), where its console shows them.

cmkgate checks environments, hyperparameters, the parameters of debuggers and profilers, container arguments, lifecycle
scripts, properties of model packages, and the parameters and definitions of pipelines and projects. It recognizes the public
formats of tokens (AWS, GitHub, GitLab, Slack, Hugging Face and others), private keys, JSON web tokens, passwords in URLs and
connection strings, and names that indicate a secret, such as DB_PASSWORD or apiKey. Numbers, placeholders and references
(ARNs, paths of parameters, ` + "`{{resolve:secretsmanager:…}}`" + `, ${VARIABLE}) are not secrets. The value itself never
appears in a message.

**How to satisfy it.** Keep the secret in Secrets Manager, or as a SecureString in Parameter Store; pass its name or ARN, and read
it in the container with the execution role (secretsmanager:GetSecretValue, or ssm:GetParameter):

` + "```yaml" + `
kind: ProcessingJob
spec:
  environment:
    DB_PASSWORD_SECRET_ARN: arn:aws:secretsmanager:eu-west-1:111122223333:secret:churn/db-AbCdEf
` + "```" + `

` + "```python" + `
secret = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["DB_PASSWORD_SECRET_ARN"])
` + "```" + `

In a lifecycle script: ` + "`aws secretsmanager get-secret-value --secret-id churn/db --query SecretString --output text`" + `. A secret that
was in a manifest is compromised: create a new one.`,
	}
}

func checkSecrets(e *evaluation) {
	if e.old != nil && e.observes {
		return // ACK writes what it sees in AWS
	}
	surfaces := e.secrets.surfaces[catalog.Kind{Group: e.object.Group, Name: e.object.Kind}]
	search := newSecretSearch(e)
	for i := range surfaces {
		search.on(&surfaces[i])
	}
}

// plaintext is the finding. It says nothing of the value but what it looks like.
func plaintext(form catalog.Form, path tree.Path, name, what string) Finding {
	return Finding{
		Reason:  Plaintext,
		Path:    path,
		Problem: "this looks like " + what + " in plain text.",
		Remedy:  instead(form, name, what),
	}
}

// instead says how the secret reaches the program that needs it.
func instead(form catalog.Form, name, what string) string {
	const store = "Store it in Secrets Manager or as a SecureString in Parameter Store"
	switch {
	case form == catalog.Properties:
		return store + ", and write its name here."
	case form == catalog.Script:
		return store + ", and let the script read it with the notebook's role: aws secretsmanager get-secret-value --secret-id NAME --query SecretString --output text."
	case strings.HasPrefix(what, "an AWS "):
		return "Remove it: SageMaker gives the container the credentials of its execution role, so grant that role what the key was for."
	case form == catalog.Variables:
		variable, suffix := inVariable(name)
		return store + ", pass its ARN" + variable + suffix + " instead, and read it in the container with the execution role (secretsmanager:GetSecretValue)."
	case form == catalog.Document:
		return store + ", pass its ARN in the definition, and read it in the step's container with the execution role (secretsmanager:GetSecretValue)."
	default:
		return store + ", pass its ARN instead, and read it where it is needed (secretsmanager:GetSecretValue)."
	}
}

// inVariable proposes a name in the style of the one that held the secret.
func inVariable(name string) (variable, suffix string) {
	const longest = 64
	if len(name) > longest || !isVariableName(name) {
		return "", ""
	}
	if name == strings.ToUpper(name) {
		return " in " + strings.TrimSuffix(name, "_SECRET"), "_SECRET_ARN"
	}
	return " in " + strings.TrimSuffix(name, "_secret"), "_secret_arn"
}

func isVariableName(name string) bool {
	for i := range len(name) {
		if c := name[i]; c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return name != ""
}

// enumerate writes a list as a sentence has it.
func enumerate(words []string) string {
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
