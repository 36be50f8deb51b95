package corpus

import (
	"strings"
	"testing"
)

// namespaces of the overrides test, with their labels. The configuration has
// overrides by name, by label, by both, and two that cover the same namespace.
func namespaces() map[string]map[string]any {
	return map[string]map[string]any{
		"plain":          {},
		"fraud-detect":   {},
		"sandbox-a":      {},
		"sandbox-strict": {},
		"watched":        {"encryption": "watched"},
		"watched-free":   {"encryption": "watched", "tier": "lab"},
		"lab-free":       {"tier": "production"},
	}
}

func objectsIn(namespace string) []object {
	const aws = "alias/aws/s3"
	build := func(group, kind, name string, spec map[string]any) object {
		return object{
			"apiVersion": group + ".services.k8s.aws/v1alpha1", "kind": kind,
			"metadata": map[string]any{"name": name, "namespace": namespace}, "spec": spec,
		}
	}
	job := func(name, instance string, output map[string]any) object {
		return build("sagemaker", "TrainingJob", name, map[string]any{
			"trainingJobName": name, "roleARN": "arn:aws:iam::111122223333:role/x",
			"algorithmSpecification": map[string]any{"trainingInputMode": "File"},
			"outputDataConfig":       output,
			"resourceConfig":         map[string]any{"instanceType": instance, "instanceCount": int64(1)},
			"stoppingCondition":      map[string]any{"maxRuntimeInSeconds": int64(60)},
		})
	}
	bucket := func(name string, rule map[string]any) object {
		return build("s3", "Bucket", name, map[string]any{
			"name": name, "encryption": map[string]any{"rules": []any{map[string]any{"applyServerSideEncryptionByDefault": rule}}},
		})
	}
	return []object{
		job("nothing", "ml.m5.xlarge", map[string]any{"s3OutputPath": "s3://b/o"}),
		job("of-aws", "ml.g5.xlarge", map[string]any{"s3OutputPath": "s3://b/o", "kmsKeyID": aws}),
		bucket("aes", map[string]any{"sseAlgorithm": "AES256"}),
		bucket("no-key", map[string]any{"sseAlgorithm": "aws:kms"}),
		build("sagemaker", "NotebookInstance", "notebook", map[string]any{
			"notebookInstanceName": "notebook", "instanceType": "ml.t3.medium", "roleARN": "arn:aws:iam::111122223333:role/x",
		}),
	}
}

func (c *cluster) overrides(t *testing.T) {
	var everything []object
	for name, labels := range namespaces() {
		namespace := namespaceNamed(name, labels)
		c.create(t, namespace)
		everything = append(append(everything, namespace), objectsIn(name)...)
	}
	const config = "testdata/overrides/cmkgate.yaml"
	cli := newCommandLine(t, config)
	c.serve(t, config)
	judged := cli.check(t, everything)
	var golden strings.Builder
	for _, name := range []string{"plain", "fraud-detect", "sandbox-a", "sandbox-strict", "watched", "watched-free", "lab-free"} {
		golden.WriteString("# " + name + "\n")
		for _, o := range objectsIn(name) {
			c.compare(t, o, judged[o.key()], &golden)
		}
	}
	checkGolden(t, "testdata/overrides/golden.txt", golden.String())
}
