// Package catalog is the data that policies work from: where each ACK kind
// keeps its KMS keys, what governs whether a key belongs there, and which
// instance families have local storage. A new key field costs one row.
package catalog

import (
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/policies/kms"
)

// Field is a KMS key field of an ACK kind.
type Field struct {
	Kind Kind
	// Path is the field, in the CRD's spelling; [*] stands for every list element.
	Path string
	// Under is the part of Path that must exist for the field to apply; the rest
	// may be created. Empty means the field's parent. A parent that the CRD
	// requires, or whose own required fields are unknown, is never created.
	Under string
	// OnlyIf must hold for the field to apply.
	OnlyIf Condition

	Purpose Purpose
	// Policy is the ID of the policy that evaluates the field.
	Policy string
	// Protects names the data, for documents and messages.
	Protects string
	// Without says what AWS does if no key is set, as the end of "no KMS key is set, so …".
	Consequence string

	// InstanceTypes are the instance types that decide whether AWS accepts the
	// key: with local storage it refuses the call.
	InstanceTypes []InstanceType
	// Outputs are the S3 URIs that the key encrypts. In a directory bucket (S3
	// Express) SageMaker accepts no key.
	Outputs []string

	// Accepts are the forms of a key that AWS documents for the field.
	Accepts kms.Form
	// NoInjectReason says why the key is never injected; empty if it may be.
	NoInjectReason string
	// OtherRegion means that the key belongs to another region than the object's.
	OtherRegion bool
	// ReplacedBy names the field that replaces this deprecated one.
	ReplacedBy string
	// Mutable means that ACK and AWS carry out a change of the key on a resource
	// that exists. For every other field it ends in an ACK.Terminal condition, a
	// call without the key, or a notebook that stops and starts forever.
	Mutable bool
	// AfterCreate means that ACK sends the key by a call of its own after the
	// one that creates the resource.
	AfterCreate bool
}

// Reference is the field by which newer versions of ACK take a reference to a
// Key resource in the place of the key: its name with Ref for ID or ARN
// (code-generator, references; no CRD of SageMaker or S3 has one yet). It is ""
// for the step of a pipeline, which is a request of AWS.
func (f Field) Reference() string {
	if !strings.HasPrefix(f.Path, "spec.") {
		return ""
	}
	path := strings.TrimSuffix(strings.TrimSuffix(f.Path, "ID"), "ARN")
	return path + "Ref"
}

// Condition holds when the value at Path equals Equals. The zero Condition always holds.
type Condition struct {
	Path   string
	Equals string
}

// InstanceType is a field with an instance type.
type InstanceType struct {
	Path string
	// Unless names a field beside it that takes the place of instances
	// (a serverless variant has no volumes).
	Unless string
}

// KeylessKind is a kind without a key field of its own.
type KeylessKind struct {
	Kind Kind
	// Encryption says where its encryption comes from.
	Encryption string
}

// FieldsOf returns the rows that a policy evaluates, in the catalog's order.
func FieldsOf(policy string) []Field {
	var out []Field
	for _, f := range Fields() {
		if f.Policy == policy {
			out = append(out, f)
		}
	}
	return out
}

// HasKeys reports whether a kind has key fields.
func HasKeys(kind Kind) bool {
	return slices.ContainsFunc(Fields(), func(f Field) bool { return f.Kind == kind })
}

// KindsOf returns the kinds that have rows of a policy, in the catalog's order.
func KindsOf(policy string) []Kind {
	var out []Kind
	seen := map[Kind]bool{}
	for _, f := range FieldsOf(policy) {
		if !seen[f.Kind] {
			seen[f.Kind] = true
			out = append(out, f.Kind)
		}
	}
	return out
}

// Fields returns every key field of both groups.
func Fields() []Field {
	return append(sagemakerFields(), bucketFields()...)
}
