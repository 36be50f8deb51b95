package policies_test

import "testing"

func TestSageMakerVolumeKeyFixtures(t *testing.T) { testFixtures(t, "sagemaker-volume-key") }
