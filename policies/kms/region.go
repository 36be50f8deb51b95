package kms

import "strings"

// partitions maps the start of a region's name to its partition, the more
// special first (botocore partitions.json; us-gov and us-iso start like us).
var partitions = []struct{ prefix, partition string }{
	{"us-gov-", "aws-us-gov"},
	{"us-isob-", "aws-iso-b"},
	{"us-isof-", "aws-iso-f"},
	{"us-iso-", "aws-iso"},
	{"eu-isoe-", "aws-iso-e"},
	{"eusc-", "aws-eusc"},
	{"cn-", "aws-cn"},
}

// PartitionOf is the partition of a region: aws unless its name tells another.
func PartitionOf(region string) string {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.prefix) {
			return p.partition
		}
	}
	return "aws"
}

// IsRegion reports whether s is written like an AWS region: two or three
// words of letters and a number, joined by hyphens (eu-west-1,
// us-gov-east-1, eusc-de-east-1, us-isob-east-1). Regions are added too
// often to list them.
func IsRegion(s string) bool {
	for words := 0; ; words++ {
		word, rest, more := strings.Cut(s, "-")
		if !more {
			return words >= 2 && words <= 3 && consistsOf(word, "0123456789")
		}
		if !consistsOf(word, "abcdefghijklmnopqrstuvwxyz") {
			return false
		}
		s = rest
	}
}

func consistsOf(word, characters string) bool {
	return word != "" && strings.Trim(word, characters) == ""
}
