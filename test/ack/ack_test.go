package ack

import "testing"

// An access entry of EKS gives a role's session a name like this one, which is no service account's.
const elsewhere = "arn:aws:sts::111122223333:assumed-role/ack-capability/controllers"

func TestControllersWithTheirServiceAccounts(t *testing.T) { //nolint:tparallel // one scene sets the stage for the next
	t.Parallel()
	s := newStage(t, kinds())
	s.asServiceAccounts(t)
	s.play(t)
	t.Run("WithEveryReplicaOfCmkgateStopped", s.everyReplicaStopped)
}

// TestControllersUnderAnotherIdentity: cmkgate's configuration names the service accounts, but nobody can rely on that
// where somebody else runs the controllers, as EKS does.
func TestControllersUnderAnotherIdentity(t *testing.T) { //nolint:tparallel // one scene sets the stage for the next
	t.Parallel()
	s := newStage(t, only("TrainingJob", "ProcessingJob", "EndpointConfig", "FeatureGroup", "Bucket"))
	s.asUser(t, elsewhere)
	s.play(t)
	t.Run("WithEveryReplicaOfCmkgateStopped", s.everyReplicaStopped)
}

// play plays every scene, in the order of an installation's life.
func (s *stage) play(t *testing.T) {
	t.Helper()
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
		t.Run("TheKeyOfADatasetIsAskedForToo", s.datasets)
		t.Run("AKeyOfOnesOwnReachesAWS", s.ownKeys)
		t.Run("TheKeyIsOfTheRegionAndAccountThatACKWorksIn", s.regionsAndAccounts)
		t.Run("AdoptionTakesOverTheKeyThatAWSHas", s.adopt)
		t.Run("AdoptionOverrulesAManifestThatNamesAnotherKey", s.adoptOverrules)
		t.Run("AdoptOrCreateTakesOverOrAsksForTheKeysOfTheManifest", s.adoptOrCreate)
		t.Run("AReappliedManifestChangesNothing", s.reapply)
		t.Run("AReappliedListKeepsTheKeysInIt", s.reapplyLists)
		t.Run("ARestartOfTheControllersChangesNothing", s.restart)
		t.Run("DeletionEnds", s.deletion)
		t.Run("TheControllersArePatchingAndNothingIsRefusedOrMutated", s.controllerWrites)
	})
}
