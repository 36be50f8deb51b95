package ack

// The conditions that report how a reconciliation ended
// (apis/core/v1alpha1/conditions.go). Older runtimes do not have Ready.
const (
	ReadyCondition  = "Ready"
	SyncedCondition = "ACK.ResourceSynced"
)

// Sends reports whether ACK sends the spec to AWS. It does not send what it only
// reads, what it is about to replace by what AWS has, and what is being deleted.
func (o Object) Sends() bool {
	return o.HasSpec() && !o.ReadOnly() && !o.Adopting() && !o.Deleting()
}

// Applied reports whether ACK says that AWS has what the spec says. Ready sums
// up the other conditions (reconciler.go, ensureConditions); without it, both
// others count, as several kinds keep ResourceSynced True beside Terminal.
// Anybody with rights on the status can say so, too.
func (o Object) Applied() bool {
	if o.Terminal() {
		return false
	}
	if ready := o.condition(ReadyCondition); ready != "" {
		return ready == "True"
	}
	return o.condition(SyncedCondition) == "True"
}

// condition is the status of the first condition of a type, as ACK reads it
// (condition.go, FirstOfType), and "" if there is none.
func (o Object) condition(name string) string {
	conditions := o.Root.Get("status").Get("conditions")
	for i := range conditions.Len() {
		if c := conditions.At(i); c.Get("type").Str() == name {
			return c.Get("status").Str()
		}
	}
	return ""
}
