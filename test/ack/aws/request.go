package aws

import (
	"net/http"
	"strings"
)

// Request is one call of an AWS API.
type Request struct {
	// Service is sts, sagemaker or s3.
	Service string
	// Account is the one whose credentials the caller has.
	Account string
	// Region is the one that the caller signed for.
	Region string
	// Operation is the name of the API call, for example CreateTrainingJob.
	Operation string
	// Name is the resource that the call is about; empty for calls about none, such as ListBuckets.
	Name string
	// Members are the parameters, by their names in the API.
	Members map[string]any
	// Status is the HTTP status of the answer.
	Status int
	// Before and After are the resource around a call that changes it: its members, or nil if it does not exist. Of a
	// bucket they are those of its encryption.
	Before, After map[string]any
}

// Succeeded reports whether AWS did what it was asked for.
func (r *Request) Succeeded() bool { return r.Status < http.StatusBadRequest }

// Changes reports whether the call asks for a change, whatever became of it.
func (r *Request) Changes() bool {
	for _, reading := range []string{"Get", "List", "Describe"} {
		if strings.HasPrefix(r.Operation, reading) {
			return false
		}
	}
	return true
}

// Requests are calls in the order in which they came.
type Requests []Request

// Where returns the calls that satisfy a condition.
func (r Requests) Where(holds func(*Request) bool) Requests {
	var out Requests
	for i := range r {
		if holds(&r[i]) {
			out = append(out, r[i])
		}
	}
	return out
}

// Of returns the calls about a resource. Resources of several kinds may share a name.
func (r Requests) Of(name string) Requests {
	return r.Where(func(r *Request) bool { return r.Name == name })
}

// Changes returns the calls that ask for a change.
func (r Requests) Changes() Requests {
	return r.Where((*Request).Changes)
}

// Operations returns the names of the calls.
func (r Requests) Operations() []string {
	out := make([]string, 0, len(r))
	for i := range r {
		out = append(out, r[i].Operation)
	}
	return out
}

// Named returns the calls of an operation.
func (r Requests) Named(operation string) Requests {
	return r.Where(func(r *Request) bool { return r.Operation == operation })
}
