package catalog

// Delivery is an AWS service that writes into buckets under a principal of its
// own, which the bucket's policy must let in.
type Delivery struct {
	// Service are the service principals, and Accounts the AWS accounts, that it writes as.
	Service  []string
	Accounts []string
	// Delivers names what it writes, for messages: "… can only be delivered to …".
	Delivers string
	// TakesKMS means that it writes to buckets under a customer-managed key, whose
	// policy must let the service in. The others take SSE-S3 and nothing else.
	TakesKMS bool
	// OwnAccount means that it writes only to buckets of the account that it works for.
	OwnAccount bool
	// SourceARN begins the ARN of what it works for (aws:SourceArn); empty if it varies.
	SourceARN string
	// Source is where AWS says so.
	Source string
}

// Deliveries returns the services whose principals stand in policies of buckets.
// CloudFront's standard logs are missing: they come as a canonical user, by ACL,
// and take KMS keys. Data Firehose and exports of RDS and DynamoDB are missing
// as well: they come with an IAM role of the account and take KMS keys.
func Deliveries() []Delivery {
	return []Delivery{
		{
			Service:  []string{"logging.s3.amazonaws.com"},
			Delivers: "S3 server access logs", OwnAccount: true, SourceARN: "arn:aws:s3:::",
			Source: "S3 user guide, Enabling Amazon S3 server access logging: source and destination in one account, default encryption of the destination only SSE-S3",
		},
		{
			Service: []string{"logdelivery.elasticloadbalancing.amazonaws.com", "logdelivery.elb.amazonaws.com"}, Accounts: elbAccounts(),
			Delivers: "access and connection logs of Application and Classic Load Balancers", SourceARN: "arn:aws:elasticloadbalancing:",
			Source: "Elastic Load Balancing user guides, Enable access logs for your Application (Classic) Load Balancer: the only server-side encryption option that's supported is SSE-S3",
		},
		{
			Service:  []string{"redshift.amazonaws.com"},
			Delivers: "audit logs of Amazon Redshift", SourceARN: "arn:aws:redshift:",
			Source: "Redshift management guide, Database audit logging: currently only SSE-S3 (AES-256)",
		},
		{
			Service:  []string{"delivery.logs.amazonaws.com"},
			Delivers: "VPC flow logs, Network Load Balancer access logs, Route 53 Resolver query logs and other vended logs", TakesKMS: true,
			Source: "CloudWatch Logs user guide, Logs sent to Amazon S3, and Enable access logs for your Network Load Balancer: the key policy lets delivery.logs.amazonaws.com in",
		},
		{
			Service:  []string{"cloudtrail.amazonaws.com"},
			Delivers: "CloudTrail log files", TakesKMS: true,
			Source: "CloudTrail user guide, Configure AWS KMS key policies for CloudTrail",
		},
		{
			Service:  []string{"config.amazonaws.com"},
			Delivers: "AWS Config history and snapshots", TakesKMS: true,
			Source: "AWS Config developer guide, Permissions for the KMS Key for the AWS Config Delivery Channel",
		},
		{
			Service:  []string{"s3.amazonaws.com"},
			Delivers: "S3 Inventory lists and analytics exports", TakesKMS: true,
			Source: "S3 user guide, Configuring Amazon S3 Inventory: grant Amazon S3 permission to use your customer managed key",
		},
	}
}

// elbAccounts are the accounts that load balancers of the older regions write
// as (Elastic Load Balancing user guides, legacy bucket policy).
func elbAccounts() []string {
	return []string{
		"127311923021", "033677994240", "027434742980", "797873946194", // us-east-1, us-east-2, us-west-1, us-west-2
		"985666609251", "507241528517", // ca-central-1, sa-east-1
		"054676820928", "156460612806", "652711504416", "009996457667", // eu-central-1, eu-west-1, eu-west-2, eu-west-3
		"897822967062", "635631232127", "098369216593", "076674570225", // eu-north-1, eu-south-1, af-south-1, me-south-1
		"754344448648", "718504428378", "589379963580", // ap-east-1, ap-south-1, ap-southeast-3
		"582318560864", "600734575887", "383597477331", // ap-northeast-1, ap-northeast-2, ap-northeast-3
		"114774131450", "783225319266", // ap-southeast-1, ap-southeast-2
		"048591011584", "190560391635", "638102146993", "037604701340", // us-gov-west-1, us-gov-east-1, cn-north-1, cn-northwest-1
	}
}
