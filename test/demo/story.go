package main

// The keys of cmkgate.yaml.
const (
	accountKey = "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111"
	riskKey    = "arn:aws:kms:eu-west-1:111122223333:key/33333333-3333-3333-3333-333333333333"
)

// Whose manifests these are.
const namespace = "team-risk"

// scene is one kubectl apply.
type scene struct {
	title string
	file  string
	// want holds what is to become of each object in the file, in the file's order.
	want []outcome
}

// outcome is what is to become of one object.
type outcome struct {
	asked string
	// denied holds what the denial must say. Empty: the object is admitted.
	denied []string
	// injected holds every field that the stored object has and the manifest has not.
	injected map[string]string
}

func story() []scene {
	return []scene{{
		title: "A TrainingJob without keys",
		file:  "trainingjob-without-keys.yaml",
		want: []outcome{{
			asked: "ml.m5.xlarge, no key for its volume, none for the model that it writes",
			injected: map[string]string{
				"spec.outputDataConfig.kmsKeyID":     riskKey,
				"spec.resourceConfig.volumeKMSKeyID": accountKey,
			},
		}},
	}, {
		title: "A TrainingJob that names a key of AWS",
		file:  "trainingjob-aws-managed-key.yaml",
		want: []outcome{{
			asked:  "outputDataConfig.kmsKeyID: alias/aws/s3",
			denied: []string{"spec.outputDataConfig.kmsKeyID", "alias/aws/s3", riskKey, "sagemaker-output-key/aws-managed"},
		}},
	}, {
		title: "A TrainingJob on an instance with local storage",
		file:  "trainingjob-local-storage.yaml",
		want: []outcome{{
			asked:    "ml.g5.xlarge: its NVMe disk has a key of its own, and AWS refuses one for the volume",
			injected: map[string]string{"spec.outputDataConfig.kmsKeyID": riskKey},
		}},
	}, {
		title: "An EndpointConfig and its Endpoint in one file",
		file:  "endpoint-with-config.yaml",
		want: []outcome{{
			asked:    "ml.m5.xlarge, no key for the hosting volume",
			injected: map[string]string{"spec.kmsKeyID": accountKey},
		}, {
			asked: "an Endpoint has no key field: its EndpointConfig, churn-v1, decides",
		}},
	}, {
		title: "An Endpoint whose EndpointConfig is older than cmkgate",
		file:  "endpoint-of-old-config.yaml",
		want: []outcome{{
			asked:  "an Endpoint of scoring-2024, which has no key",
			denied: []string{"spec.endpointConfigName", "scoring-2024", "sagemaker-endpoint-key/missing"},
		}},
	}, {
		title: "A Bucket without encryption",
		file:  "bucket-without-encryption.yaml",
		want: []outcome{{
			asked: "no word of encryption",
			injected: map[string]string{
				"spec.encryption.rules[0].applyServerSideEncryptionByDefault.sseAlgorithm":   "aws:kms",
				"spec.encryption.rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyID": riskKey,
				"spec.encryption.rules[0].bucketKeyEnabled":                                  "true",
			},
		}},
	}, {
		title: "A Bucket with AES256",
		file:  "bucket-aes256.yaml",
		want: []outcome{{
			asked:  "sseAlgorithm: AES256, a key of S3 itself; cmkgate never overwrites what a person wrote",
			denied: []string{"spec.encryption.rules[0]", "sseAlgorithm", "AES256", riskKey, "s3-bucket-key/"},
		}},
	}}
}
