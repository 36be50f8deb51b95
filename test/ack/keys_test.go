package ack

import (
	"fmt"
	"regexp"
	"strings"
)

var keyName = regexp.MustCompile(`(?i)kms.*key`)

// keysIn collects every KMS key that a document names, by its path. Paths are lower-cased: outputDataConfig.kmsKeyID of
// an object is OutputDataConfig.KmsKeyId of the call, and what a catalog knows of either plays no part. No key and ""
// are the same.
func keysIn(document any) map[string]string {
	keys := map[string]string{}
	collectKeys(keys, "", document)
	return keys
}

func collectKeys(keys map[string]string, path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, below := range v {
			at := strings.TrimPrefix(path+"."+strings.ToLower(name), ".")
			if key, ok := below.(string); ok && key != "" && keyName.MatchString(name) {
				keys[at] = key
			}
			collectKeys(keys, at, below)
		}
	case []any:
		for i, below := range v {
			collectKeys(keys, fmt.Sprintf("%s[%d]", path, i), below)
		}
	}
}
