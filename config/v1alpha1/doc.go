// Package v1alpha1 is version v1alpha1 of the organization's configuration
// file. It has the contents of the file, not their effect: package config
// checks a file and resolves it.
//
// The doc comments of the fields are the descriptions in schema.json, so they
// address the person who writes the file.
package v1alpha1
