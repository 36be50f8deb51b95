package ack

import (
	"testing"

	"github.com/cmkgate/cmkgate/test/ack/controllers"
	"github.com/cmkgate/cmkgate/test/apiserver"
)

// An access entry of EKS gives a role's session a name like this one, which is no service account's.
const elsewhere = "arn:aws:sts::111122223333:assumed-role/ack-capability/controllers"

func TestControllers(t *testing.T) {
	t.Parallel()
	controllers.Need(t)
	webhook := apiserver.WebhookForTest(t)
	t.Run("WithTheirServiceAccounts", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, webhook, kinds())
		must(t, s.controllers.AsServiceAccounts(t.Context()))
		s.play(t)
	})
	// cmkgate's configuration names the service accounts, but nobody can rely on that where somebody else runs the
	// controllers, as EKS does. Roles are selected there as the documentation of EKS recommends.
	t.Run("UnderAnotherIdentity", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, webhook, only("TrainingJob", "ProcessingJob", "HyperParameterTuningJob", "EndpointConfig", "FeatureGroup", "Bucket"))
		must(t, s.controllers.AsUser(t.Context(), elsewhere))
		s.roles = selectors
		s.play(t)
	})
}

// play plays every scene, in the order of an installation's life.
func (s *stage) play(t *testing.T) {
	t.Helper()
	s.roles.prepare(t, s)
	s.startControllers(t)
	t.Run("BeforeCmkgate", func(t *testing.T) {
		t.Run("ObjectsWithoutKeysSettle", s.settleWithoutKeys)
		t.Run("AKeyThatIsSetLaterReachesAWSOnlyWhereTheCatalogSaysSo", s.setKeysLater)
	})
	s.stopControllers(t)
	s.apply(t, s.manifests(t, unseen, ebs))
	s.installCmkgate(t)
	s.startControllers(t)
	t.Run("WithCmkgate", func(t *testing.T) {
		t.Run("AnObjectFromBeforeLivesOnWithoutKeys", s.liveOnWithoutKeys)
		t.Run("TheKeyInEtcdIsTheKeyThatAWSIsAskedFor", s.sameKeys)
		t.Run("LocalStorageIsAskedForWithoutVolumeKey", s.localStorage)
		t.Run("EachDefinitionOfATuningJobHasItsKeys", s.definitions)
		t.Run("TheKeyOfADatasetIsAskedForToo", s.datasets)
		t.Run("AKeyOfOnesOwnReachesAWS", s.ownKeys)
		t.Run("TheKeyIsOfTheRegionAndAccountThatACKWorksIn", s.regionsAndAccounts)
		t.Run("AdoptionTakesOverTheKeyThatAWSHas", s.adopt)
		t.Run("AdoptionOverrulesWhatTheManifestSaysOfKeys", s.adoptOverrules)
		t.Run("AdoptOrCreateTakesOverOrAsksForTheKeysOfTheManifest", s.adoptOrCreate)
		t.Run("AReappliedManifestChangesNothing", s.reapply)
		t.Run("AReappliedListKeepsTheKeysInIt", s.reapplyLists)
		t.Run("ARestartOfTheControllersChangesNothing", s.restart)
		t.Run("DeletionEnds", s.deletion)
		t.Run("TheControllersArePatchingAndNothingIsRefusedOrMutated", s.controllerWrites)
	})
	t.Run("WithEveryReplicaOfCmkgateStopped", s.everyReplicaStopped)
}
