// Package parity holds the command line and the webhook to one evaluation: of
// every manifest in this module's tree, of ACK's own and of generated objects,
// under the configurations that matter, both must tell the same policies,
// reasons, paths, outcomes and words, and set the same values at the same places.
//
// The one side is the real cmkgate binary, the other a real API server with the
// real webhook. What cmkgate fix writes is sent there too, and must be admitted
// without a patch; cmkgate fn must say and write the same. Where the two may
// differ is in announced, and nowhere else: docs/cli.md tells it to users.
package parity
