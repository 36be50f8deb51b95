package policies_test

import "testing"

func TestSageMakerStorageKeyFixtures(t *testing.T) { testFixtures(t, "sagemaker-storage-key") }
