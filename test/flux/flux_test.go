package flux

import (
	"strings"
	"testing"
)

func TestFlux(t *testing.T) {
	needFlux(t)
	s := newStage(t)
	old := s.beforeCmkgate(t)
	webhook := s.installCmkgate(t)
	injected := s.sync(t, "injected", nil, withoutKeys(t, "injected"))
	single := s.sync(t, "single", nil, map[string]string{
		"job.yaml":    job(t, "churn", ownKey),
		"config.yaml": strings.Replace(endpointConfig("single", ""), "initialInstanceCount: 1", "initialInstanceCount: 1, coreDumpConfig: {destinationS3URI: s3://churn/dumps, kmsKeyID: \""+ownKey+"\"}", 1),
	})

	t.Run("WithCmkgate", func(t *testing.T) {
		t.Run("ADenialIsTheMessageOfTheKustomizationAndEndsWithTheFix", s.denied)
		t.Run("OfManyDeniedObjectsFluxTellsOfOne", s.manyDenied)
		t.Run("ALongDenialIsNotCut", s.longDenial)
		t.Run("ANamespaceIsAppliedBeforeTheRestIsDenied", s.namespaceBesideDenied)
		t.Run("WhatTheClusterPutsRightIsRetried", old.retried)
		t.Run("KeysFromTheWebhookAreNoDrift", injected.noDrift)
		t.Run("AnEndpointMayComeWithItsConfig", s.endpointWithConfig)
		t.Run("AnEndpointStaysOutWithItsDeniedConfig", s.endpointWithDeniedConfig)
		t.Run("ANewNamespaceSaysWhereACKWorks", s.newNamespace)
		t.Run("WhatIsOlderThanCmkgateLivesAndDies", old.livesAndDies)
		t.Run("ForceDoesNotReplaceWhatIsDenied", s.force)
		t.Run("VariablesAreFilledInBeforeCmkgateSeesThem", s.variables)
		t.Run("WhatCmkgateJudgesWaitsForCmkgate", s.order)
	})
	t.Run("WhereUnverifiableIsDenied", s.unverifiableDenied)
	t.Run("WhileCmkgateIsDown", func(t *testing.T) {
		must(t, webhook.Terminate())
		t.Run("KeysInFieldsAndInGitNeedNobody", single.cmkgateDown)
		t.Run("KeysInListsWaitForCmkgate", injected.cmkgateDownWithLists)
	})
}
