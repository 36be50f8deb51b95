// Package live proves on a real API server what cmkgate check --cluster sees of
// a cluster, with which rights, and that it never writes.
package live
