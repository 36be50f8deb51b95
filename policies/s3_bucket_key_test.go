package policies_test

import "testing"

func TestS3BucketKeyFixtures(t *testing.T) { testFixtures(t, "s3-bucket-key") }
