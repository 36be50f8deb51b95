// Package admission holds the suite that proves on a real API server what the
// webhook may do to an object, and what it must leave alone.
package admission
