package v1alpha1

// A type with a Pattern takes what the regular expression matches. The patterns
// are for editors and other readers of the schema, so they keep to what every
// dialect knows; package config checks more and says more precisely what is wrong.

const (
	arnPrefix = `^arn:aws[a-z-]*:kms:[a-z]+(-[a-z]+){1,2}-[0-9]+:[0-9]{12}:`
	keyID     = `([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})`
	aliasName = `alias/[a-zA-Z0-9/_-]+`
)

// KeyARN is written arn:aws:kms:REGION:ACCOUNT:key/KEY-ID.
type KeyARN string

// Pattern is the pattern of valid values.
func (KeyARN) Pattern() string { return arnPrefix + "key/" + keyID + "$" }

// KeyOrAliasARN is written arn:aws:kms:REGION:ACCOUNT:key/KEY-ID or
// arn:aws:kms:REGION:ACCOUNT:alias/NAME.
type KeyOrAliasARN string

// Pattern is the pattern of valid values.
func (KeyOrAliasARN) Pattern() string { return arnPrefix + "(key/" + keyID + "|" + aliasName + ")$" }

// AccountID is written as 12 digits, in quotes.
type AccountID string

// Pattern is the pattern of valid values.
func (AccountID) Pattern() string { return `^[0-9]{12}$` }

// Region is written like eu-west-1.
type Region string

// Pattern is the pattern of valid values.
func (Region) Pattern() string { return `^[a-z]+(-[a-z]+){1,2}-[0-9]+$` }

// NamespacePattern is the name of a namespace, in which * matches any
// characters and ? matches one.
type NamespacePattern string

// Pattern is the pattern of valid values.
func (NamespacePattern) Pattern() string { return `^[a-z0-9*?-]{1,63}$` }

// NamespaceName is the name of a namespace.
type NamespaceName string

// Pattern is the pattern of valid values.
func (NamespaceName) Pattern() string { return `^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$` }

// BucketPattern is the name of an S3 bucket, in which * matches any
// characters and ? matches one.
type BucketPattern string

// Pattern is what the field takes: names of today, and those with capitals and
// underscores that us-east-1 gave until 2018.
func (BucketPattern) Pattern() string { return `^[A-Za-z0-9._*?-]{1,255}$` }

// LabelKey is the key of a Kubernetes label.
type LabelKey string

// Pattern is the pattern of valid values.
func (LabelKey) Pattern() string {
	return `^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$`
}

// LabelValue is the value of a Kubernetes label; there are no patterns in it.
type LabelValue string

// Pattern is the pattern of valid values.
func (LabelValue) Pattern() string { return `^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$` }

// InstanceType is an instance family (g5) or a single instance type
// (trn2.3xlarge), with or without the ml. that SageMaker puts in front.
type InstanceType string

// Pattern is the pattern of valid values.
func (InstanceType) Pattern() string { return `^(ml\.)?[a-z][a-z0-9-]*(\.[a-z0-9-]+)?$` }

// PolicyID names a policy; cmkgate policies lists them.
type PolicyID string

// UserName is the name of a Kubernetes user, for example
// system:serviceaccount:NAMESPACE:NAME.
type UserName string
