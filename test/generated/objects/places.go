package objects

import (
	"strings"

	"github.com/cmkgate/cmkgate/policies/catalog"
)

// draw makes a value for a place.
type draw func(*Generator) any

// places says, by path, where policies look and what is written there.
type places map[string]place

type place struct {
	draw draw
	key  bool
}

// placesOf joins what the catalog says of a kind and what it does not say.
func placesOf(kind catalog.Kind) places {
	out := places{
		"status.ackResourceMetadata.region":         {draw: region},
		"status.ackResourceMetadata.ownerAccountID": {draw: account},
	}
	for _, f := range catalog.Fields() {
		if f.Kind != kind {
			continue
		}
		out[f.Path] = place{draw: key, key: true}
		if f.OnlyIf.Path != "" {
			out[f.OnlyIf.Path] = place{draw: condition(f.OnlyIf.Equals)}
		}
		for _, t := range f.InstanceTypes {
			out[t.Path] = place{draw: instanceType}
			if t.Unless != "" {
				out[t.Unless] = place{}
			}
		}
		for _, o := range f.Outputs {
			out[o] = place{draw: s3URI}
		}
	}
	for path, draw := range beyondTheCatalog(kind) {
		out[path] = place{draw: draw}
	}
	return out
}

// beyondTheCatalog are places that policies know without a row of the catalog.
func beyondTheCatalog(kind catalog.Kind) map[string]draw {
	switch kind.Name {
	case "Bucket":
		const rule = "spec.encryption.rules[*]"
		return map[string]draw{
			rule + ".applyServerSideEncryptionByDefault.sseAlgorithm": algorithm,
			rule + ".bucketKeyEnabled":                                boolean,
			"spec.name":                                               bucketName,
			"spec.acl":                                                acl,
			"spec.policy":                                             bucketPolicy,
			"spec.createBucketConfiguration.locationConstraint": region,
			"spec.createBucketConfiguration.bucket.type":        bucketType,
			"spec.logging.loggingEnabled.targetBucket":          bucketName,
		}
	case "Endpoint", "EndpointConfig":
		return map[string]draw{"spec.endpointConfigName": resourceName}
	case "Pipeline":
		return map[string]draw{"spec.pipelineDefinition": pipelineDefinition, "spec.pipelineName": resourceName}
	case "PipelineExecution":
		return map[string]draw{
			"spec.pipelineName":                resourceName,
			"spec.pipelineParameters[*].name":  parameterName,
			"spec.pipelineParameters[*].value": parameterValue,
		}
	}
	return nil
}

// byName draws for a field of any kind whose name says what it holds, nil for
// any other.
func byName(name, typ string) draw {
	lower := strings.ToLower(name)
	switch {
	case typ != "string":
		return nil
	case name == "instanceType":
		return instanceType
	case strings.Contains(lower, "s3uri"), strings.Contains(lower, "s3outputpath"), lower == "modeldataurl":
		return s3URI
	case strings.HasSuffix(lower, "arn"):
		return arn
	}
	return nil
}
