package secret

import (
	"encoding/base64"
	"strings"
	"testing"
)

// What must not be found: a policy that cries wolf is switched off.
func TestHarmlessVariables(t *testing.T) {
	d := New()
	random := fake("", 40)
	for _, tt := range []struct{ name, value string }{
		// Names that only contain the word.
		{"MAX_TOKENS", "512"}, {"max_new_tokens", "twelve"}, {"TOKENIZER", "bert-base-uncased"}, {"tokenizer", random}, {"tokenizer_name", random},
		{"DB_PASSWORD_SECRET_ARN", random}, {"SECRET_NAME", random}, {"SECRET_ID", random}, {"PASSWORD_FILE", random}, {"TOKEN_PATH", random},
		{"TOKEN_URL", random}, {"TOKEN_TYPE", random}, {"PASSWORD_MIN_LENGTH", random}, {"KEY", random}, {"key", random}, {"hash", random},
		{"PRIMARY_KEY", random}, {"PUBLIC_KEY", random}, {"S3_KEY", random}, {"SORT_KEY", random}, {"sort-key", random}, {"MONKEY", random}, {"COMPASS", "north-east"},
		{"bypass", "everything"}, {"num_passes", "three times"}, {"SECRETARY", "Jane Doe Smith"}, {"DESIGN", random}, {"CONFIG", random}, {"keyword", random}, {"KMS_ENCRYPTION_KEY", random},
		{"eos_token", "endoftext"}, {"pad_token", "paddingtoken"}, {"initializer_token", "sculpture"}, {"instance_token", "photograph"}, {"forcedBosToken", "deutschland"},
		{"", random}, {"_", random}, {"123", random}, {"v", random}, {"token_v", "a"},
		// Values that are no secret.
		{"PASSWORD", ""}, {"PASSWORD", "  "}, {"PASSWORD", "12345"}, {"token", "3.5e-4"}, {"SECRET", "true"}, {"PASSWORD", "none"}, {"PASSWORD", "null"},
		{"PASSWORD", "********"}, {"PASSWORD", "xxxxxxxx"}, {"PASSWORD", "REDACTED"}, {"PASSWORD", "[REDACTED]"}, {"PASSWORD", "<password>"}, {"PASSWORD", "changeme"},
		{"PASSWORD", "your-password-here"}, {"API_KEY", "YOUR_API_KEY_HERE"}, {"PASSWORD", "replace-me"},
		{"PASSWORD", "${DB_PASSWORD}"}, {"PASSWORD", "$(DB_PASSWORD)"}, {"PASSWORD", "$DB_PASSWORD"}, {"PASSWORD", "{{ .Values.password }}"}, {"PASSWORD", "%DB_PASSWORD%"},
		{"PASSWORD", "${schema.spec.password}"}, {"PASSWORD", `"{{ password }}"`},
		// References.
		{"PASSWORD", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf"},
		{"PASSWORD", "arn:aws:ssm:eu-west-1:111122223333:parameter/prod/db/password"},
		{"PASSWORD", "{{resolve:secretsmanager:prod/db:SecretString:password}}"}, {"PASSWORD", "{{resolve:ssm-secure:/prod/db/password:1}}"},
		{"PASSWORD", "{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:111122223333:secret:Db-AbCd1f:SecretString:Pw9xYz::}}"},
		{"PASSWORD", "/prod/db/password"}, {"PASSWORD", "/Prod/Db/Password2"}, {"PASSWORD", "prod/db/password"}, {"PASSWORD", "ssm:/prod/db/password"},
		{"PASSWORD", "aws-secretsmanager://prod/db"}, {"PASSWORD", "op://vault/item/field"}, {"PASSWORD", "vault:secret/data/db#password"}, {"PASSWORD", "ref+awssecrets://db/password"},
		{"PASSWORD", "secretsmanager:prod/db"}, {"PASSWORD", "projects/123/secrets/db/versions/latest"}, {"PASSWORD", "secret://science/db/password"},
		{"DB_SECRET", "prod/churn/db"}, {"DB_SECRET", "churn-db-credentials"}, {"DB_CREDENTIALS", "prod-db2"}, {"HF_TOKEN", "hf_token"}, {"OPENAI_SECRET", "science.openai-key"}, {"input_token", "nextToken"}, {"LimitToken", "MaxResults"}, {"sessionToken", "SSO_SESSION_TOKEN"}, {"secretKey", "credentials"},
		{"GOOGLE_APPLICATION_CREDENTIALS", "/var/run/secrets/gcp.json"}, {"PRIVATE_KEY", "./keys/Server1.pem"}, {"AUTH_TOKEN", "https://issuer.example.com/oauth/token"},
		{"ENCRYPTION_KEY", "alias/science"}, {"ENCRYPTION_KEY", "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111"},
		{"PASSWORD", "ENC[AES256_GCM,data:CwE4O1s=,iv:2k=,type:str]"},
	} {
		if what, ok := d.Find(tt.name, tt.value); ok {
			t.Errorf("%q: %q is %s", tt.name, tt.value, what)
		}
	}
}

func TestHarmlessText(t *testing.T) {
	d := New()
	for _, text := range []string{
		"8f14e45f-ceea-467f-a9a1-1e2d3c4b5a69", fakeHex(32), fakeHex(40), fakeHex(64), "sha256:" + fakeHex(64), "v1.2.3", "2026-01-01T00:00:00Z", "1e-5", "[1,2,3]",
		"s3://bucket/prefix/model.tar.gz", "111122223333.dkr.ecr.eu-west-1.amazonaws.com/train:1.0@sha256:" + fakeHex(64), "arn:aws:iam::111122223333:role/science",
		"arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf", "git@github.com:org/repo.git", "ssh://git@github.com/org/repo", "https://host:443/path@v1",
		"https://user@host/", "https://user:@host/", "https://user:${PASSWORD}@host/", "https://user:$PASSWORD@host/", "https://user:{password}@host/", "postgres://app:****@db/churn", "http://[::1]:8080/",
		"jdbc:postgresql://db:5432/churn?user=app", "Server=db;Authentication=Active Directory Managed Identity;",
		base64.StdEncoding.EncodeToString([]byte(`{"password": "in here nobody looks", "n": [1, 2, 3]}`)), "eyJhbGciOiJIUzI1NiJ9", fake("", 400),
		"-----BEGIN PUBLIC KEY-----\nMII", "-----BEGIN CERTIFICATE-----", "-----BEGIN", "-----", "AKIA", "sk-learn", "hf_home", "npm_config_registry=https://registry.npmjs.org", "xoxb-", "pypi-server",
		`{"max_tokens": 512, "eos_token": "</s>", "tokenizer": "t5-small", "token_type_ids": true}`, `{"Token": {"Get": "Parameters.Token"}}`, `{"password": {"type": "string"}}`,
		`{"SecretName": "prod-db", "SecretString": ""}`,
		// Shell.
		"PASSWORD=$(aws secretsmanager get-secret-value --secret-id prod/db --query SecretString --output text)", "TOKEN=`cat /run/token`", `export PASSWORD="$1"`, `export PASSWORD="${DB_PASSWORD:-}"`,
		`if [ -z "$TOKEN" ]; then exit 1; fi`, `if [ "$PASSWORD" = "hunter2" ]; then :; fi`, "echo password: $PASSWORD", "read -s PASSWORD", "unset DB_PASSWORD AWS_SECRET_ACCESS_KEY", "run --password-file /run/pw --token-path /run/t",
		"run --password PASSWORD", "run --password=PASSWORD", "run --token <token>", "run --password --verbose", "curl -H 'Authorization: Bearer '$TOKEN", `curl -H "Authorization: Bearer $TOKEN"`,
		"# the password: see the vault", "# Note the token: expires soon",
		// Python.
		"token = os.environ['HF_TOKEN']", `password=getpass.getpass()`, "connect(user=user, password=password)", "self.token = config.hub.token", "token=args.token", "def f(token: str, password: string)", `if token == "abcdefgh1":`, "password=db_password", "password=DB_PASSWORD", "self.password = password", "token = Operator", "token = nextchar",
		"a_token", "", "=", ":", "://", "a://", `\`, `a\`, `password=`, `password="`, `password:`, `--password `, `"password"`, `"password":`, `password="abc`,
	} {
		if what, ok := d.Find("NEUTRAL", text); ok {
			t.Errorf("%q is %s", text, what)
		}
	}
}

// What SageMaker, its SDK and its containers set, as of their documentation.
func TestTypicalSageMakerVariables(t *testing.T) {
	d := New()
	for name, value := range map[string]string{
		"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "s3://bucket/job/source/sourcedir.tar.gz", "SAGEMAKER_REGION": "eu-west-1", "SAGEMAKER_CONTAINER_LOG_LEVEL": "20",
		"SAGEMAKER_MODEL_SERVER_WORKERS": "1", "SAGEMAKER_MODEL_SERVER_TIMEOUT": "3600", "SAGEMAKER_ENV": "1", "SAGEMAKER_TFS_NGINX_LOGLEVEL": "info", "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
		"SAGEMAKER_INFERENCE_SUPPORTED": "probability,probabilities,predicted_label", "SAGEMAKER_SPARKML_SCHEMA": `{"input":[{"name":"key","type":"string"}],"output":{"name":"features","type":"double"}}`,
		"HF_MODEL_ID": "meta-llama/Llama-2-7b-chat-hf", "HF_TASK": "token-classification", "HF_MODEL_QUANTIZE": "bitsandbytes", "SM_NUM_GPUS": "4", "MAX_INPUT_LENGTH": "2048", "MAX_TOTAL_TOKENS": "4096", "MAX_BATCH_PREFILL_TOKENS": "8192",
		"OPTION_ROLLING_BATCH": "vllm", "OPTION_MODEL_ID": "TheBloke/Llama-2-13B-GPTQ", "OPTION_TENSOR_PARALLEL_DEGREE": "max", "OPTION_MAX_ROLLING_BATCH_SIZE": "32", "SERVING_FAIL_FAST": "true",
		"sagemaker_submit_directory": `"s3://bucket/sourcedir.tar.gz"`, "sagemaker_program": `"train.py"`, "sagemaker_job_name": `"churn-2026-01-01-00-00-00-000"`, "sagemaker_region": `"eu-west-1"`,
		"epochs": "10", "learning_rate": `"5e-5"`, "model_name_or_path": `"google/flan-t5-xl"`, "tokenizer": `"google/flan-t5-xl"`, "num_tokens": "512", "key": `"value"`, "hash": fakeHex(40), "pad_token": `"[PAD]"`, "eos_token": `"</s>"`,
		"bos_token": "<|begin_of_text|>", "special_tokens": "[CLS],[SEP]", "token": "<s>", "use_auth_token": "True", "push_to_hub_token": `"None"`, "secret": "false", "deepspeed": `{"zero_optimization":{"stage":3}}`,
		"dataset_format": "application/x-parquet", "output_type": "application/json", "analysis_type": "MONITORING", "dataset_source": "/opt/ml/processing/input", "publish_cloudwatch_metrics": "Enabled",
		"AWS_REGION": "eu-west-1", "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/science", "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/secrets/token", "PYTHONPATH": "/opt/ml/code:/opt/program", "LD_LIBRARY_PATH": "/usr/local/cuda/lib64",
		"NCCL_SOCKET_IFNAME": "eth0", "TRANSFORMERS_CACHE": "/tmp", "WANDB_PROJECT": "churn", "MLFLOW_TRACKING_URI": "https://mlflow.example.com", "GIT_COMMIT": fakeHex(40), "MODEL_DIGEST": "sha256:" + fakeHex(64), "CONFIG": `{"tokens":[1,2]}`,
	} {
		if what, ok := d.Find(name, value); ok {
			t.Errorf("%s: %q is %s", name, value, what)
		}
	}
}

func TestScanFindsAllSecretsOfAText(t *testing.T) {
	text := "#!/bin/bash\nexport DB_PASSWORD=hunter2\nTOKEN=" + fake("ghp_", 36) + "\ngit clone https://u:hunter3@git.example.com/x\nexport A=1\n"
	s := New().Scan(text)
	var got []string
	for {
		m, ok := s.Next()
		if !ok {
			break
		}
		got = append(got, m.What+" "+string(rune('1'+strings.Count(text[:m.Offset], "\n"))))
	}
	if want := "a password 2,a GitHub token 3,a URL with a password 4"; strings.Join(got, ",") != want {
		t.Errorf("%q, want %q", got, want)
	}
}
