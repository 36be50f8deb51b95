// Package ack holds the suite that runs ACK's real controllers for SageMaker and S3 behind a real API server with
// cmkgate on, and proves from the requests that AWS would get which keys resources have.
//
// AWS itself is played by package [github.com/cmkgate/cmkgate/test/ack/aws].
package ack
