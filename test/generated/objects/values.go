package objects

// Keys, as an organization in account 111122223333 and region eu-west-1 would
// configure them, and keys that it would not.
const (
	Key        = "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111"
	USKey      = "arn:aws:kms:us-east-1:111122223333:key/mrk-22222222222222222222222222222222"
	FraudKey   = "arn:aws:kms:eu-west-1:111122223333:key/33333333-3333-3333-3333-333333333333"
	OtherKey   = "arn:aws:kms:eu-west-1:111122223333:key/44444444-4444-4444-4444-444444444444"
	PartnerKey = "arn:aws:kms:eu-west-1:444455556666:key/55555555-5555-5555-5555-555555555555"
	ForeignKey = "arn:aws:kms:eu-west-1:999988887777:key/66666666-6666-6666-6666-666666666666"
)

func key(g *Generator) any {
	return pick[any](g,
		"", "", "", "", nil,
		Key, Key, Key, USKey, FraudKey, OtherKey, PartnerKey, ForeignKey,
		"44444444-4444-4444-4444-444444444444", "mrk-22222222222222222222222222222222",
		"alias/team", "arn:aws:kms:eu-west-1:111122223333:alias/team",
		"alias/aws/s3", "alias/aws/sagemaker", "arn:aws:kms:eu-west-1:111122223333:alias/aws/ebs",
		"arn:aws-cn:kms:cn-north-1:111122223333:key/11111111-1111-1111-1111-111111111111",
		"arn:aws:kms:eu-west-1:123456789:key/11111111-1111-1111-1111-111111111111",
		"arn:aws:s3:::bucket", "my-key", "REDACTED", "${schema.spec.key}", "{{ .Values.key }}", " "+Key, "null",
	)
}

func region(g *Generator) any {
	return pick(g, "eu-west-1", "eu-west-1", "us-east-1", "us-east-1", "eu-central-1", "EU", "", "Ireland")
}

func account(g *Generator) any {
	return pick(g, "111122223333", "111122223333", "444455556666", "999988887777", "", "123456789")
}

func instanceType(g *Generator) any {
	return pick(g,
		"ml.m5.xlarge", "ml.m5.xlarge", "ml.m5.xlarge", "ml.c6i.large", "ml.p3.2xlarge", // EBS
		"ml.g5.xlarge", "ml.m5d.large", "ml.p4d.24xlarge", "ml.trn1.32xlarge", // local storage
		"ml.g9.xlarge", "ml.trn2.3xlarge", "ml.geospatial.interactive", // unknown
		"", "m5.xlarge", "ml.m5", "ML.M5.XLARGE", "${instance}", "{{ .Values.instance }}", "system",
	)
}

// condition draws the value with which a field applies, or another one.
func condition(value string) draw {
	if value == "true" || value == "false" {
		return boolean
	}
	return func(g *Generator) any { return pick(g, value, value, "Disabled", "") }
}

func boolean(g *Generator) any { return g.chance(50) }

func s3URI(g *Generator) any {
	return pick(g,
		"s3://artifacts/churn", "s3://artifacts/churn", "s3://training-data/2026/", "s3://logs",
		"s3://fast--use1-az4--x-s3/out", "s3://fast--use1-az4--x-s3",
		"https://s3.eu-west-1.amazonaws.com/artifacts/model.tar.gz", "s3://", "", "${bucket}",
	)
}

func arn(g *Generator) any {
	return pick(g, "arn:aws:iam::111122223333:role/sagemaker", "arn:aws:iam::111122223333:role/other", "arn:aws:sagemaker:eu-west-1:111122223333:model/churn", "")
}

func algorithm(g *Generator) any {
	return pick(g, "aws:kms", "aws:kms", "aws:kms", "aws:kms:dsse", "AES256", "", "SSE-KMS", "aws:fsx", "AWS:KMS")
}

func bucketName(g *Generator) any {
	return pick(g, "training-data", "artifacts", "logs", "fast--use1-az4--x-s3", "new-bucket")
}

func bucketType(g *Generator) any { return pick(g, "Directory", "Other", "") }

func acl(g *Generator) any {
	return pick(g, "private", "private", "public-read", "log-delivery-write", "")
}

// resourceName draws from few names, so that what names another object finds it.
func resourceName(g *Generator) any { return pick(g, "churn", "churn", "forecast", "fraud", "absent") }

func memberName(g *Generator) string {
	return pick(g, "EPOCHS", "AWS_SECRET_ACCESS_KEY", "DB_PASSWORD", "API_TOKEN", "HF_TOKEN", "learning_rate", "on", "<<", "1", "a.b/c~d", "", "ünï")
}

// memberValue draws texts that look like secrets; none is one (the AWS key is
// that of AWS's own documentation).
func memberValue(g *Generator) any {
	return pick(g, "10", "0.1", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "AKIAIOSFODNN7EXAMPLE", "hunter2",
		"arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-abc123", "{{resolve:ssm:/db/password}}", "", words(g))
}

// words are texts that a reader of YAML or JSON could misunderstand.
func words(g *Generator) string {
	return pick(g, "churn", "churn-2", "a b", "", " leading", "trailing ", "yes", "No", "on", "y", "null", "~", "true",
		"1", "-1.5", "1e3", "0x1F", "0o17", "017", "1_000", "12:30:45", ".inf", "2026-01-02", "=", "<<", "- x", "a: b", "a #b", "#x",
		"'", `"`, `\n`, "two\nlines", "two\n\nlines\n", "tab\there", "ünï", "日本", "😀", "[x]", "{x", "*a", "&a", "!x", "|", ">", "%x", "@x", "`x`", "?", ",", "\u2028", "</script>")
}
