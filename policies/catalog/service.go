package catalog

import (
	"slices"
	"strings"
)

// Service is an AWS service as ACK's controller for it serves it. What cmkgate
// does for a service begins with its row: registration, schemas, look-ups and the
// default controllers follow from it.
type Service struct {
	// Name is that of the service in names of ACK: sagemaker-controller.
	Name string
	// Group is the API group, and Version the only version that it serves.
	Group, Version string
	// Release is the controller's whose CRDs and code the catalog was read from.
	Release string
	// Example is the kind to show a person who named none.
	Example string
	Kinds   []KindRow
}

// KindRow is what the catalog has about every kind, with or without keys.
type KindRow struct {
	Name string
	// Plural is the kind's name in API paths; "" stands for the usual one, the
	// name in lower case with an s.
	Plural string
	// NameInAWS are the fields of the spec that say which resource in AWS an
	// object stands for: the parameters of the call by which ACK looks for it
	// (requiredFieldsMissingFromReadOneInput in each kind's sdk.go). A Domain, a
	// ModelPackage and a PipelineExecution are found by an ID that AWS gives them;
	// the name is what a person takes them for.
	NameInAWS []string
}

var services = []Service{sagemaker, s3}

// Services lists the services that are covered.
func Services() []Service { return services }

// ServiceOf returns the service of an API group.
func ServiceOf(group string) (*Service, bool) {
	for i := range services {
		if services[i].Group == group {
			return &services[i], true
		}
	}
	return nil, false
}

// Controller is the name of ACK's controller, and of its module and release.
func (s *Service) Controller() string { return s.Name + "-controller" }

// Uncovered reports whether a group is that of an ACK service which the catalog
// does not have. The group services.k8s.aws itself is ACK's own.
func Uncovered(group string) bool {
	_, covered := ServiceOf(group)
	return !covered && strings.HasSuffix(group, ".services.k8s.aws")
}

// row is nil for a kind that the catalog does not have.
func (k Kind) row() *KindRow {
	s, ok := ServiceOf(k.Group)
	if !ok {
		return nil
	}
	i := slices.IndexFunc(s.Kinds, func(r KindRow) bool { return r.Name == k.Name })
	if i < 0 {
		return nil
	}
	return &s.Kinds[i]
}

// Resource is the plural of the kind, as API paths and webhook rules have it.
func (k Kind) Resource() string {
	if row := k.row(); row != nil && row.Plural != "" {
		return row.Plural
	}
	return strings.ToLower(k.Name) + "s"
}

// Version is the version of its API group, "" if that is not ACK's.
func (k Kind) Version() string {
	if s, ok := ServiceOf(k.Group); ok {
		return s.Version
	}
	return ""
}

// NameInAWS is KindRow.NameInAWS, nil for a kind that the catalog does not have.
func NameInAWS(kind Kind) []string {
	if row := kind.row(); row != nil {
		return row.NameInAWS
	}
	return nil
}
