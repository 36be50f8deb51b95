// Package chart tests the Helm chart: what Helm makes of it is decoded strictly
// and checked against the code that it deploys.
package chart
