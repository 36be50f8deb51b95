// Package manifests finds the manifests that there are to test with: those that
// the ACK modules ship, and those that stand anywhere in this module's tree.
package manifests
