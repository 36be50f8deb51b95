package ack

import (
	"fmt"
	"strings"

	"github.com/cmkgate/cmkgate/policies/catalog"
)

// Predicate is a fact about an object in both languages.
type Predicate struct {
	Name string
	// Source is where the runtime decides by it.
	Source string
	Holds  func(Object) bool
	// CEL is the expression for a variable, object or oldObject, in an
	// admission request about the object.
	CEL func(variable string) string
}

// Predicates are the facts that match conditions are made of.
func Predicates() []Predicate {
	return []Predicate{
		{"managed", "descriptor.go, IsManaged", Object.Managed, ManagedCEL},
		{"adopted", "util.go, IsAdopted", Object.Adopted, AdoptedCEL},
		{"read-only", "util.go, IsReadOnly", Object.ReadOnly, ReadOnlyCEL},
		{"adopting", "reconciler.go:576", Object.Adopting, AdoptingCEL},
		{"has a spec", "reconciler.go, createResource", Object.HasSpec, HasSpecCEL},
		{"deleting", "reconciler.go, reconcile", Object.Deleting, DeletingCEL},
		{"creates", "reconciler.go:636", Object.Creates, CreatesCEL},
		{"known", "reconciler.go, createResource", Object.Known, KnownCEL},
	}
}

// Transition is a fact about an update in both languages.
type Transition struct {
	Name  string
	Holds func(now, old Object) bool
	// CEL is the expression for updates of a kind.
	CEL func(catalog.Kind) string
}

// Transitions are the facts about updates that match conditions are made of.
func Transitions() []Transition {
	is := func(want Write) func(now, old Object) bool {
		return func(now, old Object) bool { return WriteOf(now, old) == want }
	}
	return []Transition{
		{"observation", is(Observation), func(catalog.Kind) string { return ObservationCEL() }},
		{"creation", becomesCreation, CreationCEL},
		{"loses the finalizer", LosesFinalizer, func(catalog.Kind) string { return LosesFinalizerCEL() }},
	}
}

// ManagedCEL is Object.Managed. One entry of a webhook may serve several kinds.
func ManagedCEL(variable string) string {
	return "('finalizers.' + request.kind.group + '/' + request.kind.kind in " + variable + ".metadata.?finalizers.orValue([]))"
}

func annotationCEL(variable, key string) string {
	return variable + ".metadata.?annotations[?'" + key + "'].orValue('')"
}

// AdoptedCEL is Object.Adopted.
func AdoptedCEL(variable string) string {
	return "(" + annotationCEL(variable, AdoptedKey) + ".lowerAscii() == 'true')"
}

// ReadOnlyCEL is Object.ReadOnly.
func ReadOnlyCEL(variable string) string {
	return "(" + annotationCEL(variable, ReadOnlyKey) + ".lowerAscii() == 'true')"
}

func adoptCEL(variable string) string {
	return "(" + annotationCEL(variable, AdoptionPolicyKey) + " == 'adopt')"
}

// AdoptingCEL is Object.Adopting.
func AdoptingCEL(variable string) string {
	return and(adoptCEL(variable), not(AdoptedCEL(variable)), not(ManagedCEL(variable)))
}

func specCEL(variable string) string { return variable + ".?spec.orValue(null)" }

// HasSpecCEL is Object.HasSpec.
func HasSpecCEL(variable string) string {
	return "(" + specCEL(variable) + " != null && " + variable + ".spec != {})"
}

// DeletingCEL is Object.Deleting.
func DeletingCEL(variable string) string {
	return "(" + variable + ".metadata.?deletionTimestamp.orValue(null) != null)"
}

// CreatesCEL is Object.Creates.
func CreatesCEL(variable string) string {
	known := fmt.Sprintf("(%[1]s.metadata.?annotations[?'%[2]s'].orValue('adopt') in ['adopt', 'adopt-or-create'])", variable, AdoptionPolicyKey)
	return and(HasSpecCEL(variable), not(ReadOnlyCEL(variable)), not(AdoptedCEL(variable)), not(AdoptingCEL(variable)), known)
}

// KnownCEL is Object.Known.
func KnownCEL(variable string) string {
	return "(" + variable + ".?status.?ackResourceMetadata.?arn.orValue('') != '')"
}

// SpecChangedCEL reports whether an update changes the spec.
func SpecChangedCEL() string { return "(" + specCEL("object") + " != " + specCEL("oldObject") + ")" }

// ObservationCEL is WriteOf == Observation.
func ObservationCEL() string {
	both := func(of func(string) string) string { return and(of("object"), of("oldObject")) }
	return and(both(adoptCEL), both(AdoptedCEL), both(ManagedCEL), "(oldObject.metadata.?generation.orValue(0) == 1)", SpecChangedCEL())
}

// CreationCEL reports whether an update lets ACK create something.
func CreationCEL(kind catalog.Kind) string {
	terms := []string{
		not(HasSpecCEL("oldObject")),
		and(CreatesCEL("object"), not(CreatesCEL("oldObject"))),
		and(not(ManagedCEL("oldObject")), SpecChangedCEL()),
		and(AdoptingCEL("oldObject"), ManagedCEL("object"), not(AdoptedCEL("object"))),
		and("object.metadata.?annotations[?'"+RegionKey+"'] != oldObject.metadata.?annotations[?'"+RegionKey+"']",
			"(oldObject.?status.?ackResourceMetadata.?region.orValue('') == '')"),
	}
	for _, field := range catalog.NameInAWS(kind) {
		leaf := func(variable string) string { return variable + ".?spec.?" + field + ".orValue('')" }
		terms = append(terms, leaf("object")+" != "+leaf("oldObject"))
	}
	return and(HasSpecCEL("object"), "("+strings.Join(terms, " || ")+")")
}

// LosesFinalizerCEL is LosesFinalizer.
func LosesFinalizerCEL() string {
	return and(not(DeletingCEL("object")), KnownCEL("oldObject"), ManagedCEL("oldObject"), not(ManagedCEL("object")))
}

func and(terms ...string) string { return "(" + strings.Join(terms, " && ") + ")" }

func not(term string) string { return "!" + term }
