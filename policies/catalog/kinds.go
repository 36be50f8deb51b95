package catalog

// The API groups of the services.
const (
	SageMaker = "sagemaker.services.k8s.aws"
	S3        = "s3.services.k8s.aws"
)

// Kind is a kind of an ACK service.
type Kind struct {
	Group string
	Name  string
}

// Purpose is what a key protects, as the configuration names it.
type Purpose string

// The purposes of a key.
const (
	PurposeVolume  Purpose = "volume"
	PurposeOutput  Purpose = "output"
	PurposeStorage Purpose = "storage"
	PurposeBucket  Purpose = "bucket"
)

// Purposes lists the valid purposes for schemas and messages.
func Purposes() []Purpose {
	return []Purpose{PurposeVolume, PurposeOutput, PurposeStorage, PurposeBucket}
}

// Storage is what the volumes of an instance type are.
type Storage string

// What an instance type's storage can be.
const (
	// EBS volumes take a KMS key.
	EBS Storage = "EBS"
	// Local NVMe storage is encrypted by the instance's hardware; AWS refuses a volume key.
	Local Storage = "Local"
	// Unknown: nothing is injected and the answer is unverifiable.
	Unknown Storage = "Unknown"
)
