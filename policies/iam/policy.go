// Package iam reads the policy documents of AWS, as far as a resource's policy
// can refuse requests: which statement denies what to whom.
//
// It answers one question, whether every request of some kind is denied, and
// answers yes only where that follows from the document alone.
package iam

// Policy is a document of the shape that the grammar of the IAM policy
// language asks for (IAM user guide, "Grammar of the IAM JSON policy language").
type Policy struct {
	Statements []Statement
}

// Statement is one rule of a policy.
type Statement struct {
	// Pointer is where the statement stands in the document, as a JSON pointer.
	Pointer string
	Effect  Effect
	// Principals are who the statement is about, or with NotPrincipal who it is not about.
	Principals   []Principal
	NotPrincipal bool
	Actions      Set
	Resources    Set
	// Conditions must all hold for the statement to apply.
	Conditions []Condition
}

// Effect is what a statement does with the requests that it is about.
type Effect string

// The effects, in the spelling that AWS asks for.
const (
	Allow Effect = "Allow"
	Deny  Effect = "Deny"
)

// Principal are identities of one type: AWS, Service, Federated or
// CanonicalUser. "Principal": "*" is the same as {"AWS": "*"} (IAM user guide,
// "AWS JSON policy elements: Principal").
type Principal struct {
	Type string
	IDs  []string
}

// Set are patterns with * and ?, or with Not everything that matches none of them.
type Set struct {
	Not      bool
	Patterns []string
}

// Condition compares one value of a request with values of the policy.
type Condition struct {
	Operator string
	Key      string
	Values   []string
}
