// Package registration makes the configurations by which the API server calls
// the webhooks: which requests, and which it need not bother about.
//
// What need not be judged never reaches the process. ACK's finalizers, status,
// late initialization and adoptions must go through even while every replica is
// down: one late-initialization write that fails leaves a resource in a
// terminal state for ever.
package registration
