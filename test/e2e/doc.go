// Package e2e holds the suite that proves on a real cluster (pods, Services,
// Helm) what docs/reliability.md says of cmkgate. `make e2e` runs it; without
// CMKGATE_E2E it is skipped.
//
// It takes a cluster for itself, as it stops and starts all of it: the lab, a
// one-node cluster without Docker, or a kind cluster of the name cmkgate-e2e.
// It refuses every other.
package e2e
