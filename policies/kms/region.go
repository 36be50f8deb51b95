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

// IsRegion tells whether s is written like an AWS region: two or three words
// of letters and a number, joined by hyphens (eu-west-1, us-gov-east-1,
// eusc-de-east-1, us-isob-east-1). Regions are added too often to list them.
func IsRegion(s string) bool {
	words := strings.Split(s, "-")
	if len(words) < 3 || len(words) > 4 {
		return false
	}
	for _, w := range words[:len(words)-1] {
		if w == "" || strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") != "" {
			return false
		}
	}
	last := words[len(words)-1]
	return last != "" && strings.Trim(last, "0123456789") == ""
}
