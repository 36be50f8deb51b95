// Package charts holds the Helm chart, and what writes its generated files.
package charts

//go:generate go run ./chartgen
