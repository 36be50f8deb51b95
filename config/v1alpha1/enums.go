package v1alpha1

// A type with Values takes only those.

// APIVersion is the version of the file format.
type APIVersion string

// Version is this version.
const Version APIVersion = "cmkgate.io/v1alpha1"

// Values lists what the field takes.
func (APIVersion) Values() []string { return []string{string(Version)} }

// Kind is the kind of the file.
type Kind string

// KindConfig is the only kind.
const KindConfig Kind = "Config"

// Values lists what the field takes.
func (Kind) Values() []string { return []string{string(KindConfig)} }

// Mode is one of Enforce, which denies the object; Warn, which admits it with a
// warning; Audit, which admits it silently, so that only metrics, logs and
// reports tell; Off, which does not look.
type Mode string

// The modes, strictest first.
const (
	ModeEnforce Mode = "Enforce"
	ModeWarn    Mode = "Warn"
	ModeAudit   Mode = "Audit"
	ModeOff     Mode = "Off"
)

// Values lists what the field takes.
func (Mode) Values() []string {
	return []string{string(ModeEnforce), string(ModeWarn), string(ModeAudit), string(ModeOff)}
}

// LocalStorage is one of Omit, which asks for no volume key there and rejects
// one that is set, because AWS refuses the call; Require, which asks for a volume
// key on every instance type; Deny, which rejects such instance types.
type LocalStorage string

// What can be asked of instance types with local storage.
const (
	LocalStorageOmit    LocalStorage = "Omit"
	LocalStorageRequire LocalStorage = "Require"
	LocalStorageDeny    LocalStorage = "Deny"
)

// Values lists what the field takes.
func (LocalStorage) Values() []string {
	return []string{string(LocalStorageOmit), string(LocalStorageRequire), string(LocalStorageDeny)}
}

// Unverifiable is one of Warn, which admits the object with a warning; Deny,
// which denies it, and with it a GitOps dry run of an Endpoint together with its
// new EndpointConfig, because a dry run stores neither.
type Unverifiable string

// What can be done about an answer that cannot be seen.
const (
	UnverifiableWarn Unverifiable = "Warn"
	UnverifiableDeny Unverifiable = "Deny"
)

// Values lists what the field takes.
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

// Values lists what the field takes.
func (Purpose) Values() []string {
	return []string{string(PurposeVolume), string(PurposeOutput), string(PurposeStorage), string(PurposeBucket)}
}

// Storage is one of Local, which the instance's hardware encrypts and AWS refuses
// a volume key for; EBS, whose volumes take a KMS key; Unknown, where nothing is
// injected and the answer cannot be verified.
type Storage string

// What an instance type's storage can be.
const (
	StorageLocal   Storage = "Local"
	StorageEBS     Storage = "EBS"
	StorageUnknown Storage = "Unknown"
)

// Values lists what the field takes.
func (Storage) Values() []string {
	return []string{string(StorageLocal), string(StorageEBS), string(StorageUnknown)}
}
