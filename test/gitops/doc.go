// Package gitops runs what cmkgate's recipes tell people to run: the KRM
// function under kustomize, Argo CD's plugin, the action of GitHub and the
// hooks of pre-commit. docs/gitops.md must show what was run.
package gitops
