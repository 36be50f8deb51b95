// Package registration generates the webhook configurations: which requests
// the API server sends to the webhooks, and which it does not.
//
// Requests that need no evaluation never reach the process. ACK's finalizers,
// status, late initialization and adoptions must go through even while every
// replica is down: one late-initialization write that fails leaves a resource
// in a terminal state forever.
package registration
