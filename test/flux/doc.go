// Package flux runs Flux' real source-controller and kustomize-controller in front of a real API server with cmkgate on,
// fed from a Git repository that is served on loopback, and Flux' command line.
//
// It proves what docs/gitops.md says of Flux: what a denial looks like in a Kustomization and how it ends, that keys
// from the webhook are no drift, what becomes of an Endpoint that comes with its EndpointConfig, that nothing stops a
// deletion, what variables come to, and the order of cmkgate and what it evaluates.
package flux
