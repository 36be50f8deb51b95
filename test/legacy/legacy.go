// Package legacy holds objects of ACK from before cmkgate, which set no key, and what ACK writes to them later.
package legacy

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

const (
	sageMaker = "sagemaker.services.k8s.aws"
	s3        = "s3.services.k8s.aws"
)

// Object is an object without keys, with what ACK writes to it.
type Object struct {
	Kind string
	Spec map[string]any
	// LateInit is the spec of ACK's late-initialization patch (observed with the
	// real controllers, or lateInitializeFieldNames of the kind's manager).
	LateInit string
}

// Objects are one of each kind that ACK writes to in its own way. They bear name in AWS.
func Objects(name string) []Object {
	return slices.Concat(jobs(name), resources(name))
}

func jobs(name string) []Object {
	cluster := map[string]any{"clusterConfig": map[string]any{"instanceType": "ml.m5.large", "instanceCount": int64(1), "volumeSizeInGB": int64(20)}}
	return []Object{
		{"TrainingJob", map[string]any{
			"trainingJobName": name, "roleARN": "arn:aws:iam::111122223333:role/x",
			"algorithmSpecification": map[string]any{"trainingInputMode": "File"},
			"outputDataConfig":       map[string]any{"s3OutputPath": "s3://b/o"},
			"resourceConfig":         map[string]any{"instanceType": "ml.m5.large", "instanceCount": int64(1)},
			"stoppingCondition":      map[string]any{"maxRuntimeInSeconds": int64(60)},
		},
			`{"enableInterContainerTrafficEncryption":false,"enableManagedSpotTraining":false,"enableNetworkIsolation":false,"outputDataConfig":{"compressionType":"GZIP","kmsKeyID":""}}`},
		{"HyperParameterTuningJob", map[string]any{
			"hyperParameterTuningJobName": name,
			"hyperParameterTuningJobConfig": map[string]any{
				"strategy": "Bayesian", "resourceLimits": map[string]any{"maxParallelTrainingJobs": int64(1), "maxNumberOfTrainingJobs": int64(1)},
			},
			"trainingJobDefinition": map[string]any{
				"algorithmSpecification": map[string]any{"trainingInputMode": "File"}, "roleARN": "arn:aws:iam::111122223333:role/x",
				"outputDataConfig":  map[string]any{"s3OutputPath": "s3://b/o"},
				"resourceConfig":    map[string]any{"instanceType": "ml.m5.large"},
				"stoppingCondition": map[string]any{"maxRuntimeInSeconds": int64(60)},
			},
		}, `{"trainingJobDefinition":{"algorithmSpecification":{"metricDefinitions":[{"name":"a","regex":"b"}]},"enableInterContainerTrafficEncryption":false,"enableManagedSpotTraining":false,"enableNetworkIsolation":false,"resourceConfig":{"instanceCount":1}}}`},
		{"TransformJob", map[string]any{
			"transformJobName": name, "modelName": "m",
			"transformInput":     map[string]any{"dataSource": map[string]any{"s3DataSource": map[string]any{"s3DataType": "S3Prefix", "s3URI": "s3://b/i"}}},
			"transformOutput":    map[string]any{"s3OutputPath": "s3://b/o"},
			"transformResources": map[string]any{"instanceType": "ml.m5.large", "instanceCount": int64(1)},
		}, `{"transformInput":{"compressionType":"None","splitType":"None"}}`},
		{"ProcessingJob", map[string]any{
			"processingJobName": name, "roleARN": "arn:aws:iam::111122223333:role/x", "appSpecification": map[string]any{"imageURI": "i"},
			"processingResources": cluster,
		}, `{}`},
	}
}

func resources(name string) []Object {
	list := func(v ...any) []any { return v }
	return []Object{
		{"EndpointConfig", map[string]any{
			"endpointConfigName": name, "productionVariants": list(map[string]any{"variantName": "v", "modelName": "m", "instanceType": "ml.m5.large"}),
		}, `{"enableNetworkIsolation":false}`},
		{"FeatureGroup", map[string]any{
			"featureGroupName": name, "recordIdentifierFeatureName": "r", "eventTimeFeatureName": "e", "roleARN": "arn:aws:iam::111122223333:role/x",
			"featureDefinitions": list(map[string]any{"featureName": "r", "featureType": "String"}),
			"offlineStoreConfig": map[string]any{"s3StorageConfig": map[string]any{"s3URI": "s3://b/f"}},
		}, `{"throughputConfig":{"throughputMode":"OnDemand"},"offlineStoreConfig":{"disableGlueTableCreation":false,"s3StorageConfig":{"resolvedOutputS3URI":"s3://b/f/x"}}}`},
		{"LabelingJob", map[string]any{
			"labelingJobName": name, "labelAttributeName": "l", "roleARN": "arn:aws:iam::111122223333:role/x",
			"inputConfig":                 map[string]any{"dataSource": map[string]any{"s3DataSource": map[string]any{"manifestS3URI": "s3://b/m"}}},
			"outputConfig":                map[string]any{"s3OutputPath": "s3://b/o"},
			"labelingJobAlgorithmsConfig": map[string]any{"labelingJobAlgorithmSpecificationARN": "arn:aws:sagemaker:eu-west-1:027400017018:labeling-job-algorithm-specification/image-classification"},
			"humanTaskConfig": map[string]any{
				"workteamARN": "arn:aws:sagemaker:eu-west-1:111122223333:workteam/private-crowd/x", "numberOfHumanWorkersPerDataObject": int64(1),
				"taskTimeLimitInSeconds": int64(60), "taskTitle": "t", "taskDescription": "d", "uiConfig": map[string]any{"uiTemplateS3URI": "s3://b/u"},
			},
		}, `{"outputConfig":{"kmsKeyID":""},"humanTaskConfig":{"maxConcurrentTaskCount":1000,"taskAvailabilityLifetimeInSeconds":864000},"labelingJobAlgorithmsConfig":{"labelingJobResourceConfig":{"volumeKMSKeyID":""}}}`},
		{"Model", map[string]any{"modelName": name, "executionRoleARN": "arn:aws:iam::111122223333:role/x"}, `{"enableNetworkIsolation":false}`},
		{"NotebookInstance", map[string]any{"notebookInstanceName": name, "instanceType": "ml.t3.medium", "roleARN": "arn:aws:iam::111122223333:role/x"},
			`{"platformIdentifier":"notebook-al2-v2","volumeSizeInGB":5}`},
		{"Domain", map[string]any{
			"domainName": name, "authMode": "IAM", "vpcID": "vpc-1", "subnetIDs": list("subnet-1"),
			"defaultUserSettings": map[string]any{"executionRole": "arn:aws:iam::111122223333:role/x"},
		}, `{"appNetworkAccessType":"PublicInternetOnly","defaultUserSettings":{"defaultLandingURI":"studio::","studioWebPortal":"ENABLED","securityGroups":["sg-1"],"sharingSettings":{"notebookOutputOption":"Disabled"}}}`},
		{"UserProfile", map[string]any{"domainID": "d-1", "userProfileName": name, "userSettings": map[string]any{"executionRole": "arn:aws:iam::111122223333:role/x"}},
			`{"userSettings":{"spaceStorageSettings":{"defaultEBSStorageSettings":{"defaultEBSVolumeSizeInGb":5,"maximumEBSVolumeSizeInGb":100}}}}`},
		{"Bucket", map[string]any{"name": name},
			`{"encryption":{"rules":[{"applyServerSideEncryptionByDefault":{"sseAlgorithm":"AES256"},"bucketKeyEnabled":false}]},"ownershipControls":{"rules":[{"objectOwnership":"BucketOwnerEnforced"}]}}`},
	}
}

// Resource is where the API server serves the kind.
func (o *Object) Resource() schema.GroupVersionResource {
	group := sageMaker
	if o.Kind == "Bucket" {
		group = s3
	}
	return schema.GroupVersionResource{Group: group, Version: "v1alpha1", Resource: strings.ToLower(o.Kind) + "s"}
}

// Finalizer is the one that ACK sets once the resource exists in AWS.
func (o *Object) Finalizer() string {
	return "finalizers." + o.Resource().Group + "/" + o.Kind
}

// Manifest is the object as a person applies it.
func (o *Object) Manifest(namespace, name string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": o.Resource().GroupVersion().String(),
		"kind":       o.Kind,
		"metadata":   map[string]any{"name": name, "namespace": namespace},
		"spec":       o.Spec,
	}}
}
