// Package controllers runs ACK's SageMaker and S3 controllers beside a test's API server, and holds what the suites that
// watch them share: a manifest of each kind, and how to read keys and conditions.
package controllers
