package v1alpha1

// A type with Values takes only those.

// APIVersion is the version of the file format.
type APIVersion string

// Version is this version.
const Version APIVersion = "cmkgate.io/v1alpha1"

// Values lists the valid values.
func (APIVersion) Values() []string { return []string{string(Version)} }

// Kind is the kind of the file.
type Kind string

// KindConfig is the only kind.
const KindConfig Kind = "Config"

// Values lists the valid values.
func (Kind) Values() []string { return []string{string(KindConfig)} }

// Mode is one of Enforce, which denies the object; Warn, which admits it with a
// warning; Audit, which admits it silently and reports it only in metrics, logs
// and reports; Off, which does not evaluate the policy.
type Mode string

// The modes, strictest first.
const (
	ModeEnforce Mode = "Enforce"
	ModeWarn    Mode = "Warn"
	ModeAudit   Mode = "Audit"
	ModeOff     Mode = "Off"
)

// Values lists the valid values.
func (Mode) Values() []string {
	return []string{string(ModeEnforce), string(ModeWarn), string(ModeAudit), string(ModeOff)}
}

// LocalStorage is one of Omit, which requires no volume key there and denies one
// that is set, because AWS rejects the call; Require, which requires a volume key
// on every instance type; Deny, which denies such instance types.
type LocalStorage string

// What can be required of instance types with local storage.
const (
	LocalStorageOmit    LocalStorage = "Omit"
	LocalStorageRequire LocalStorage = "Require"
	LocalStorageDeny    LocalStorage = "Deny"
)

// Values lists the valid values.
func (LocalStorage) Values() []string {
	return []string{string(LocalStorageOmit), string(LocalStorageRequire), string(LocalStorageDeny)}
}

// Unverifiable is one of Warn, which admits the object with a warning; Deny,
// which denies it, and with it a GitOps dry run of an Endpoint together with its
// new EndpointConfig, because a dry run stores neither.
type Unverifiable string

// What can be done about an object that cannot be verified.
const (
	UnverifiableWarn Unverifiable = "Warn"
	UnverifiableDeny Unverifiable = "Deny"
)

// Values lists the valid values.
func (Unverifiable) Values() []string {
	return []string{string(UnverifiableWarn), string(UnverifiableDeny)}
}

// Purpose is one of volume, the ML storage volumes of jobs and endpoints; output,
// what jobs and endpoints write to S3; storage, that of notebooks, domains and
// feature stores; bucket, S3 buckets.
type Purpose string

// The purposes of a key.
const (
	PurposeVolume  Purpose = "volume"
	PurposeOutput  Purpose = "output"
	PurposeStorage Purpose = "storage"
	PurposeBucket  Purpose = "bucket"
)

// Values lists the valid values.
func (Purpose) Values() []string {
	return []string{string(PurposeVolume), string(PurposeOutput), string(PurposeStorage), string(PurposeBucket)}
}

// Storage is one of Local, which the instance's hardware encrypts and AWS rejects
// a volume key for; EBS, whose volumes accept a KMS key; Unknown, where nothing
// is injected and a missing key is unverifiable.
type Storage string

// What an instance type's storage can be.
const (
	StorageLocal   Storage = "Local"
	StorageEBS     Storage = "EBS"
	StorageUnknown Storage = "Unknown"
)

// Values lists the valid values.
func (Storage) Values() []string {
	return []string{string(StorageLocal), string(StorageEBS), string(StorageUnknown)}
}
