// Package certs holds the suite that proves on a real API server that the
// webhook's certificates rotate without a failed request.
package certs
