// Package corpus holds a test that sends every sample and every end-to-end
// resource of the ACK modules through the command line and through a real API
// server with the webhook, and compares the two with golden files.
package corpus
