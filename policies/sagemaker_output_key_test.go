package policies_test

import "testing"

func TestSageMakerOutputKeyFixtures(t *testing.T) { testFixtures(t, "sagemaker-output-key") }
