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

// Mode: Enforce denies the object; Warn admits it with a warning; Audit admits
// it silently, and only metrics, logs and reports tell; Off does not look.
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

// LocalStorage: Omit asks for no volume key there and rejects one that is set,
// because AWS refuses the call; Require asks for a volume key on every instance
// type; Deny rejects such instance types.
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

// Unverifiable: Warn admits the object with a warning; Deny denies it. Deny also
// refuses a GitOps dry run of an Endpoint together with its new EndpointConfig,
// because a dry run stores neither.
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

// Purpose is what a key encrypts. volume: the ML storage volumes of jobs and
// endpoints; output: what jobs and endpoints write to S3; storage: notebooks,
// domains and feature stores; bucket: S3 buckets.
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

// Storage: EBS volumes take a KMS key; Local storage is encrypted by the
// instance's hardware, and AWS refuses a volume key; with Unknown nothing is
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
