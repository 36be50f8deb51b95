package policies

import "testing"

func TestBucketOf(t *testing.T) {
	for uri, want := range map[string]string{
		"s3://raw":                   "raw",
		"s3://raw/":                  "raw",
		"s3://raw/a/b":               "raw",
		"s3://raw.data-1/a":          "raw.data-1",
		"s3://raw--usw2-az1--x-s3/a": "raw--usw2-az1--x-s3",
		"https://raw.s3.eu-west-1.amazonaws.com/a/b":                               "raw",
		"https://raw.s3.eu-west-1.amazonaws.com":                                   "raw",
		"https://raw.s3.amazonaws.com/a":                                           "raw",
		"https://raw.s3-eu-west-1.amazonaws.com/a":                                 "raw",
		"https://raw.s3.dualstack.eu-west-1.amazonaws.com/a":                       "raw",
		"https://raw.s3-fips.us-gov-west-1.amazonaws.com/a":                        "raw",
		"https://raw.s3.cn-north-1.amazonaws.com.cn/a":                             "raw",
		"https://s3-data.raw.s3.eu-west-1.amazonaws.com/a":                         "s3-data.raw",
		"https://s3.s3.eu-west-1.amazonaws.com/a":                                  "s3",
		"https://raw--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com/a": "raw--usw2-az1--x-s3",
		"https://s3.eu-west-1.amazonaws.com/raw/a":                                 "raw",
		"https://s3-eu-west-1.amazonaws.com/raw/a":                                 "raw",
		"https://s3.amazonaws.com/raw":                                             "raw",
		"https://s3.amazonaws.com:443/raw?versionId=1":                             "raw",
		"https://s3.amazonaws.com/":                                                "",
		// Access points and other services are no buckets.
		"https://ap-111122223333.s3-accesspoint.eu-west-1.amazonaws.com/a": "",
		"https://sagemaker.eu-west-1.amazonaws.com/raw":                    "",
		"arn:aws:s3:eu-west-1:111122223333:accesspoint/ap/object/a":        "",
		"https://example.com/s3.amazonaws.com/raw":                         "",
		"https://raw.s3.eu-west-1.amazonaws.com.example.com/a":             "",
		"https://[::1/raw": "",
		"raw/a":            "", "": "", "s3:/raw": "", "S3://raw": "", "s3://": "", "s3:///a": "",
		// Nobody has a bucket of such a name.
		"s3://{{workflow.bucket}}/a": "{{workflow.bucket}}",
	} {
		if got := bucketOf(uri); got != want {
			t.Errorf("the bucket of %q is %q, want %q", uri, got, want)
		}
	}
}
