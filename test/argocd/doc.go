// Package argocd proves with a real Argo CD what docs/gitops.md says about it:
// that an Application whose keys are set by the webhook ends Synced and stays
// so, what a denial looks like and where, and that the plug-in and the hook
// keep a sync from happening.
//
// Argo CD runs as processes of this machine: Redis, the repository server, the
// application controller and, for the plug-in, the server that stands in the
// sidecar. The recipes are those of test/gitops/testdata/argocd, which the page
// shows. What needs no pods runs in front of test/apiserver, with the real
// webhook; the hook needs them and runs on a cluster ([TestHook]).
package argocd
