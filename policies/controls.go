package policies

import "strings"

// Control is a third-party rule that an object satisfies if it satisfies a
// policy, except for what Asks says.
type Control struct {
	// Framework is whose rule it is, ID what it is called there.
	Framework, ID string
	// Asks says what the rule looks at.
	Asks string
}

// The frameworks.
const (
	securityHub  = "AWS Security Hub"
	awsConfig    = "AWS Config"
	controlTower = "AWS Control Tower"
	checkov      = "Checkov"
)

// controls are rows of ID, framework and what the rule looks at, by policy. Most
// of these rules only ask for some key: one that AWS manages satisfies them, and
// cmkgate's policies ask for more. Sources: the reference of Security Hub's
// controls for SageMaker and S3, the list of AWS Config's managed rules, Control
// Tower's control reference, and the index of Checkov's policies.
//
//nolint:gochecknoglobals // data
var controls = map[ID][]Control{
	"sagemaker-volume-key": {
		{awsConfig, "sagemaker-endpoint-configuration-kms-key-configured", "an EndpointConfig sets a key; it also requires one on instances with only local storage, which accept none"},
		{checkov, "CKV_AWS_98", "an EndpointConfig sets a key, even on local storage"},
		{checkov, "CKV_AWS_368", "a DataQualityJobDefinition sets a volume key, even on local storage"},
	},
	"sagemaker-output-key": {
		{checkov, "CKV_AWS_367", "a DataQualityJobDefinition sets an output key"},
	},
	"sagemaker-storage-key": {
		{securityHub, "SageMaker.17", "the offline store of a FeatureGroup sets a key"},
		{securityHub, "SageMaker.18", "the online store of a FeatureGroup sets a key"},
		{securityHub, "SageMaker.21", "a NotebookInstance sets a key"},
		{awsConfig, "sagemaker-featuregroup-encryption-at-rest", "the offline store of a FeatureGroup sets a key"},
		{awsConfig, "sagemaker-featuregroup-online-store-encryption", "the online store of a FeatureGroup sets a key"},
		{awsConfig, "sagemaker-notebook-instance-kms-key-configured", "a NotebookInstance sets a key"},
		{awsConfig, "sagemaker-notebook-instance-storage-vol-kms-encrypted", "a NotebookInstance sets a key"},
		{checkov, "CKV_AWS_22", "a NotebookInstance sets a key"},
		{checkov, "CKV_AWS_187", "a Domain and a NotebookInstance set a key"},
	},
	"s3-bucket-key": {
		{securityHub, "S3.17", "a Bucket encrypts with SSE-KMS or DSSE-KMS"},
		{awsConfig, "s3-default-encryption-kms", "a Bucket encrypts with SSE-KMS or DSSE-KMS"},
		{controlTower, "CT.S3.PR.10", "a Bucket encrypts with a KMS key"},
		{checkov, "CKV_AWS_19", "a Bucket encrypts at all"},
		{checkov, "CKV_AWS_145", "a Bucket encrypts with aws:kms; it does not accept aws:kms:dsse"},
	},
	"transit-vpc": {
		{securityHub, "SageMaker.1", "a NotebookInstance has no direct access to the internet"},
		{securityHub, "SageMaker.2", "a NotebookInstance is in a VPC"},
		{awsConfig, "sagemaker-notebook-no-direct-internet-access", "a NotebookInstance has no direct access to the internet"},
		{awsConfig, "sagemaker-notebook-instance-inside-vpc", "a NotebookInstance is in a VPC"},
		{controlTower, "CT.SAGEMAKER.PR.1", "a NotebookInstance has no direct access to the internet"},
		{controlTower, "CT.SAGEMAKER.PR.2", "a NotebookInstance is in a VPC"},
		{checkov, "CKV_AWS_122", "a NotebookInstance has no direct access to the internet"},
		{checkov, "CKV_AWS_306", "a NotebookInstance is in a VPC"},
	},
	"transit-tls": {
		{securityHub, "S3.5", "a Bucket's policy refuses requests without TLS"},
		{awsConfig, "s3-bucket-ssl-requests-only", "a Bucket's policy refuses requests without TLS"},
		{controlTower, "CT.S3.PR.8", "a Bucket's policy refuses requests without TLS"},
	},
	"transit-inter-container": {
		{securityHub, "SageMaker.9", "a DataQualityJobDefinition encrypts traffic between containers, even on one instance, where cmkgate does not require it"},
		{securityHub, "SageMaker.10", "a ModelExplainabilityJobDefinition does, even on one instance"},
		{securityHub, "SageMaker.13", "a ModelQualityJobDefinition does, even on one instance"},
		{securityHub, "SageMaker.15", "a ModelBiasJobDefinition does, on two instances or more"},
		{securityHub, "SageMaker.22", "a MonitoringSchedule does, even on one instance"},
		{checkov, "CKV_AWS_369", "a DataQualityJobDefinition encrypts traffic between containers, even on one instance"},
	},
}

// Controls returns the third-party rules that a policy covers, none if no rule
// is about what the policy protects.
func Controls(id ID) []Control { return controls[id] }

// Link is where the rule is described, "" if its framework has no page for each.
func (c Control) Link() string {
	switch c.Framework {
	case awsConfig:
		return "https://docs.aws.amazon.com/config/latest/developerguide/" + c.ID + ".html"
	case securityHub:
		service, number, _ := strings.Cut(strings.ToLower(c.ID), ".")
		return "https://docs.aws.amazon.com/securityhub/latest/userguide/" + service + "-controls.html#" + service + "-" + number
	}
	return ""
}
