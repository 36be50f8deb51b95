// Package observability tests what cmkgate is about itself: the metrics of a
// running webhook are those of the documentation, its log and its traces say who
// did what and hold no secret.
package observability
