package policies_test

import "testing"

func TestSageMakerEndpointKeyFixtures(t *testing.T) { testFixtures(t, "sagemaker-endpoint-key") }
