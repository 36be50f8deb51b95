// Package aws serves the part of AWS that ACK's SageMaker and S3 controllers talk to, on loopback, and records every
// request: what a controller asked for is the only proof of the key that a resource has.
//
// It keeps what it is given and gives it back, with the members that AWS is known to add. Resources are ready at once,
// so that nobody waits. What it answers is data: [resources] and [subresources] are the tables to extend.
package aws
