// Package charts holds the Helm chart, and what writes its generated files.
package charts

//go:generate go run ./chartgen
//go:generate go -C ../hack/chart/docs tool helm-docs --chart-search-root=../../../charts --log-level=warning
