package aws

import (
	"encoding/xml"
	"regexp"
	"slices"
	"strings"
)

// refusal is what SageMaker says to a Create or Update that it does not take.
//
// Documented (API reference, VolumeKmsKeyId of ResourceConfig and KmsKeyId of CreateEndpointConfig): a volume key beside an
// instance type with local storage. Guessed: that SageMaker refuses a key of another region at once, and with
// ValidationException; the documentation only says that the key must be of the same region. Guessed by leaving it out: an
// Endpoint of a configuration that does not exist, which SageMaker refuses, is taken here, so that manifests can be applied
// in one go.
func refusal(at place, kind string, members map[string]any) *problem {
	if key, found := foreignKey(at, members); found {
		return &problem{Code: "ValidationException", Message: "the key " + key + " is not of the region " + at.region}
	}
	if kind == "EndpointConfig" {
		if key, _ := members["KmsKeyId"].(string); key != "" && slices.ContainsFunc(instancesIn(members), hasLocalStorage) {
			return &problem{Code: "ValidationException", Message: "KmsKeyId is not supported for instance types with local storage"}
		}
		return nil
	}
	if volumeKeyBesideLocalStorage(members) {
		return &problem{Code: "ValidationException", Message: "VolumeKmsKeyId is not supported for instance types with local storage"}
	}
	return nil
}

// volumeKeyBesideLocalStorage looks for a part of a request that has both.
func volumeKeyBesideLocalStorage(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		key, _ := v["VolumeKmsKeyId"].(string)
		if key != "" && slices.ContainsFunc(instancesIn(v), hasLocalStorage) {
			return true
		}
		for _, below := range v {
			if volumeKeyBesideLocalStorage(below) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, volumeKeyBesideLocalStorage)
	}
	return false
}

// instancesIn are the instance types anywhere in a value.
func instancesIn(value any) []string {
	var out []string
	switch v := value.(type) {
	case map[string]any:
		if instance, ok := v["InstanceType"].(string); ok {
			out = append(out, instance)
		}
		for _, below := range v {
			out = append(out, instancesIn(below)...)
		}
	case []any:
		for _, below := range v {
			out = append(out, instancesIn(below)...)
		}
	}
	return out
}

// hasLocalStorage knows the families that the suites use, and those that are named alike: NVMe disks have a d, or are those
// of GPU instances since the fourth generation.
func hasLocalStorage(instance string) bool {
	return regexp.MustCompile(`^ml\.(g4dn|g5|g6|p4d|p4de|p5|trn1|[cmr][567]a?d)\.`).MatchString(instance)
}

// foreignKey finds a key whose ARN is of another region.
func foreignKey(at place, value any) (key string, found bool) {
	switch v := value.(type) {
	case string:
		parts := strings.SplitN(v, ":", 6)
		if len(parts) == 6 && parts[0] == "arn" && parts[2] == "kms" && parts[3] != at.region {
			return v, true
		}
	case map[string]any:
		for _, below := range v {
			if key, found := foreignKey(at, below); found {
				return key, true
			}
		}
	case []any:
		for _, below := range v {
			if key, found := foreignKey(at, below); found {
				return key, true
			}
		}
	}
	return "", false
}

// s3Refusal is what S3 says to a configuration of a bucket that it does not take.
//
// Documented (API reference, CORSRule): methods other than GET, PUT, HEAD, POST and DELETE. Guessed: the code and the
// moment at which S3 refuses a default key of another region.
func s3Refusal(at place, sub subresource, document string, members map[string]any) *problem {
	switch sub.query {
	case "cors":
		var cors struct {
			Methods []string `xml:"CORSRule>AllowedMethod"`
		}
		if err := xml.Unmarshal([]byte(document), &cors); err != nil {
			return &problem{Code: "MalformedXML", Message: "the document is not XML"}
		}
		for _, method := range cors.Methods {
			if !slices.Contains([]string{"GET", "PUT", "HEAD", "POST", "DELETE"}, method) {
				return &problem{Code: "InvalidRequest", Message: "Found unsupported HTTP method in CORS config."}
			}
		}
	case "encryption":
		if key, found := foreignKey(at, members); found {
			return &problem{Code: "InvalidArgument", Message: "the key " + key + " is not of the region of the bucket"}
		}
	}
	return nil
}
