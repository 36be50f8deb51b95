package ack

import (
	"maps"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/cmkgate/cmkgate/test/ack/controllers"
)

// kind is a kind of which the suite follows objects from the manifest to AWS and back.
type kind struct {
	name     string
	service  string
	resource schema.GroupVersionResource
	// identity is the field of the spec that names the resource in AWS, and the member of its calls but for case.
	identity string
	// keys are the places where a manifest without keys gets one, as [controllers.Keys] writes them; volume those of them that
	// local storage cannot have.
	keys, volume []string
	// creates are the calls that make the resource, of which asks carries the keys; deletes those that take it away.
	creates, deletes []string
	asks             string
}

func kinds() []kind {
	return []kind{
		sageMaker("TrainingJob", "trainingJobName", job,
			[]string{"outputdataconfig.kmskeyid"}, []string{"resourceconfig.volumekmskeyid"}),
		sageMaker("ProcessingJob", "processingJobName", job,
			[]string{"processingoutputconfig.kmskeyid"}, []string{"processingresources.clusterconfig.volumekmskeyid"}),
		sageMaker("TransformJob", "transformJobName", job,
			[]string{"transformoutput.kmskeyid"}, []string{"transformresources.volumekmskeyid"}),
		sageMaker("HyperParameterTuningJob", "hyperParameterTuningJobName", job,
			[]string{"trainingjobdefinition.outputdataconfig.kmskeyid"},
			[]string{"trainingjobdefinition.resourceconfig.volumekmskeyid"}),
		sageMaker("EndpointConfig", "endpointConfigName", configuration,
			[]string{"datacaptureconfig.kmskeyid", "productionvariants[0].coredumpconfig.kmskeyid"}, []string{"kmskeyid"}),
		sageMaker("Endpoint", "endpointName", configuration, nil, nil),
		sageMaker("NotebookInstance", "notebookInstanceName", machine, []string{"kmskeyid"}, nil),
		sageMaker("FeatureGroup", "featureGroupName", configuration,
			[]string{"offlinestoreconfig.s3storageconfig.kmskeyid", "onlinestoreconfig.securityconfig.kmskeyid"}, nil),
		sageMaker("DataQualityJobDefinition", "jobDefinitionName", configuration,
			[]string{"dataqualityjoboutputconfig.kmskeyid"}, []string{"jobresources.clusterconfig.volumekmskeyid"}),
		sageMaker("ModelBiasJobDefinition", "jobDefinitionName", configuration,
			[]string{"modelbiasjoboutputconfig.kmskeyid"}, []string{"jobresources.clusterconfig.volumekmskeyid"}),
		sageMaker("ModelExplainabilityJobDefinition", "jobDefinitionName", configuration,
			[]string{"modelexplainabilityjoboutputconfig.kmskeyid"}, []string{"jobresources.clusterconfig.volumekmskeyid"}),
		sageMaker("ModelQualityJobDefinition", "jobDefinitionName", configuration,
			[]string{"modelqualityjoboutputconfig.kmskeyid"}, []string{"jobresources.clusterconfig.volumekmskeyid"}),
		sageMaker("MonitoringSchedule", "monitoringScheduleName", configuration,
			[]string{"monitoringscheduleconfig.monitoringjobdefinition.monitoringoutputconfig.kmskeyid"},
			[]string{"monitoringscheduleconfig.monitoringjobdefinition.monitoringresources.clusterconfig.volumekmskeyid"}),
		sageMaker("LabelingJob", "labelingJobName", job,
			[]string{"outputconfig.kmskeyid", "labelingjobalgorithmsconfig.labelingjobresourceconfig.volumekmskeyid"}, nil),
		sageMaker("ModelPackage", "modelPackageName", configuration,
			[]string{"validationspecification.validationprofiles[0].transformjobdefinition.transformoutput.kmskeyid"},
			[]string{"validationspecification.validationprofiles[0].transformjobdefinition.transformresources.volumekmskeyid"}),
		sageMaker("Domain", "domainName", configuration,
			[]string{"kmskeyid", "defaultusersettings.sharingsettings.s3kmskeyid"}, nil),
		sageMaker("UserProfile", "userProfileName", configuration, []string{"usersettings.sharingsettings.s3kmskeyid"}, nil),
		{
			name: "Bucket", service: "s3", identity: "name",
			resource: schema.GroupVersionResource{Group: "s3.services.k8s.aws", Version: "v1alpha1", Resource: "buckets"},
			keys:     []string{"rules[0].applyserversideencryptionbydefault.kmsmasterkeyid"},
			creates:  []string{"CreateBucket", "PutBucketEncryption"},
			asks:     "PutBucketEncryption",
			deletes:  []string{"DeleteBucket"},
		},
	}
}

// What ACK does at the end of a SageMaker resource's life: a job that is over stays in AWS, a notebook must be stopped
// before it can be deleted.
var (
	job           = []string{}
	configuration = []string{"Delete"}
	machine       = []string{"Stop", "Delete"}
)

func sageMaker(name, identity string, deletes, keys, volume []string) kind {
	k := kind{
		name: name, service: "sagemaker", identity: identity,
		resource: schema.GroupVersionResource{
			Group: "sagemaker.services.k8s.aws", Version: "v1alpha1", Resource: strings.ToLower(name) + "s",
		},
		keys: append(keys, volume...), volume: volume,
		creates: []string{"Create" + name}, asks: "Create" + name,
	}
	for _, verb := range deletes {
		k.deletes = append(k.deletes, verb+name)
	}
	return k
}

// only picks kinds by name.
func only(names ...string) []kind {
	var out []kind
	for _, k := range kinds() {
		for _, name := range names {
			if k.name == name {
				out = append(out, k)
			}
		}
	}
	return out
}

// called is the name of a scene's object of the kind, in the cluster and in AWS.
func (k *kind) called(scene string) string {
	return scene + "-" + strings.ToLower(k.name)
}

// subject is the object of the kind that a scene is about.
func (k *kind) subject(scene string) subject {
	return subject{kind: *k, namespace: "default", name: k.called(scene)}
}

// manifest reads the kind's manifest, which sets no key, for a scene and an instance type.
func (k *kind) manifest(t *testing.T, scene, instance string) *unstructured.Unstructured {
	t.Helper()
	object, err := controllers.Manifest(k.name, scene, instance)
	if err != nil {
		t.Fatal(err)
	}
	return object
}

// asked is the part of an object that the call which carries the keys repeats.
func (k *kind) asked(object *unstructured.Unstructured) any {
	spec, _, _ := unstructured.NestedMap(object.Object, "spec")
	if k.name == "Bucket" {
		return spec["encryption"]
	}
	return spec
}

// ownAffair is about calls that ACK makes for reasons of its own, some of them each time that it looks: it tags every
// bucket, and takes away the encryption that S3 gives a bucket whose object says nothing of any.
func (k *kind) ownAffair(call string) bool {
	return k.name == "Bucket" && (call == "PutBucketTagging" || call == "DeleteBucketEncryption")
}

// createsWithoutKeys are the calls that make the resource of an object that sets no key.
func (k *kind) createsWithoutKeys() []string {
	return k.creates[:1]
}

// keyed says that each of some places has a key.
func keyed(places []string, key string) map[string]string {
	out := map[string]string{}
	for _, place := range places {
		out[place] = key
	}
	return out
}

// without leaves places out.
func without(all map[string]string, places []string) map[string]string {
	out := maps.Clone(all)
	for _, place := range places {
		delete(out, place)
	}
	return out
}
