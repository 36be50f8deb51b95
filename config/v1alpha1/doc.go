// Package v1alpha1 is version v1alpha1 of the organization's configuration
// file. It holds what the file can say and nothing of what that leads to:
// package config checks a file and resolves it.
//
// The doc comments of the fields are the descriptions in schema.json, so they
// speak to the person who writes the file.
package v1alpha1
