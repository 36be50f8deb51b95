package aws

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

// sageMaker keeps resources, each as the members of its Create call and what AWS adds.
type sageMaker struct {
	kinds map[string]resource
	live  map[id]map[string]any
	// started counts the resources that have no name of their own.
	started int
}

// id distinguishes resources.
type id struct {
	place
	kind, name string
}

func newSageMaker() *sageMaker {
	s := &sageMaker{kinds: map[string]resource{}, live: map[id]map[string]any{}}
	for _, r := range resources() {
		s.kinds[r.kind] = r
	}
	return s
}

// serve answers one call of the AWS JSON protocol: the target header names the operation, SageMaker.CreateTrainingJob
// for one.
func (s *sageMaker) serve(request *Request, target string, body []byte) answer {
	_, request.Operation, _ = strings.Cut(target, ".")
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&request.Members); err != nil {
		return jsonProblem(&problem{Code: "SerializationException", Message: err.Error()})
	}
	verb, kind := splitOperation(request.Operation)
	r, ok := s.kinds[kind]
	if !ok {
		return unsupported(request.Operation)
	}
	if verb == "Start" && r.startedFrom != "" {
		verb = "Create"
		s.name(&r, request.Members)
	}
	request.Name = r.nameIn(request.Members)
	at := place{account: request.Account, region: request.Region}
	if request.Changes() {
		request.Before = maps.Clone(s.live[id{at, kind, request.Name}])
	}
	members, problem := s.call(at, verb, r, request.Members)
	if request.Changes() {
		request.After = maps.Clone(s.live[id{at, kind, request.Name}])
	}
	if problem != nil {
		return jsonProblem(problem)
	}
	return jsonAnswer(members)
}

// name gives a resource that has no name of its own one, after what it was started from.
func (s *sageMaker) name(r *resource, members map[string]any) {
	s.started++
	parent, _ := members[r.startedFrom].(string)
	parent = parent[strings.LastIndex(parent, "/")+1:] // it may be an ARN
	members[r.identity] = fmt.Sprintf("pipeline/%s/execution/%d", parent, s.started)
}

func splitOperation(operation string) (verb, kind string) {
	for _, verb := range []string{"Create", "Describe", "Update", "Delete", "Start", "Stop"} {
		if kind, ok := strings.CutPrefix(operation, verb); ok {
			return verb, kind
		}
	}
	return "", operation
}

// call carries out an operation and returns the members of its answer.
func (s *sageMaker) call(at place, verb string, r resource, members map[string]any) (map[string]any, *problem) {
	if verb == "Create" {
		return s.create(at, r.kind, members)
	}
	which := id{at, r.kind, r.nameIn(members)}
	found, ok := s.live[which]
	if !ok {
		return nil, &problem{Code: r.missing.Code, Message: r.missing.Message}
	}
	switch verb {
	case "Describe":
		return found, nil
	case "Update":
		return s.update(r, which, members)
	case "Delete":
		delete(s.live, which)
		return map[string]any{}, nil
	case "Stop":
		found[r.status] = "Stopped"
		return map[string]any{}, nil
	case "Start":
		found[r.status] = r.settled
		return map[string]any{}, nil
	}
	return nil, &problem{Code: "InvalidAction", Message: "no such operation of " + r.kind}
}

func (s *sageMaker) resources(named func(string) bool) []Resource {
	var out []Resource
	for which, members := range s.live {
		if named(which.name) {
			out = append(out, Resource{Kind: which.kind, Name: which.name, Account: which.account, Region: which.region, Members: maps.Clone(members)})
		}
	}
	return out
}

func (s *sageMaker) setStatus(at place, kind, name, status string) error {
	found, ok := s.live[id{at, kind, name}]
	if !ok {
		return fmt.Errorf("there is no %s %s", kind, name)
	}
	found[s.kinds[kind].status] = status
	return nil
}

// update replaces the members that it is given, each as a whole.
func (s *sageMaker) update(r resource, which id, members map[string]any) (map[string]any, *problem) {
	if problem := refusal(which.place, r.kind, members); problem != nil {
		return nil, problem
	}
	updated, problem := r.withAdditions(members)
	if problem != nil {
		return nil, problem
	}
	found := s.live[which]
	for member := range members {
		found[member] = updated[member]
	}
	return found, nil
}

func (s *sageMaker) create(at place, kind string, members map[string]any) (map[string]any, *problem) {
	r, ok := s.kinds[kind]
	if !ok {
		return nil, &problem{Code: "InvalidAction", Message: "no such kind: " + kind}
	}
	name := r.nameIn(members)
	if name == "" {
		return nil, &problem{Code: "ValidationException", Message: r.identity + " is required"}
	}
	which := id{at, kind, name}
	if _, exists := s.live[which]; exists {
		return nil, &problem{Code: "ResourceInUse", Message: name + " exists"}
	}
	if problem := refusal(at, kind, members); problem != nil {
		return nil, problem
	}
	created, problem := r.withAdditions(members)
	if problem != nil {
		return nil, problem
	}
	arn := fmt.Sprintf("arn:aws:sagemaker:%s:%s:%s/%s", at.region, at.account, strings.ToLower(kind), name)
	if r.handle != "" {
		created[r.handle] = idPrefix + name
	}
	created[r.arn] = arn
	if r.status != "" {
		created[r.status] = r.settled
	}
	s.live[which] = created
	return created, nil
}

// withAdditions is what Describe says where Create or Update says members.
func (r *resource) withAdditions(members map[string]any) (map[string]any, *problem) {
	all, completes := map[string]any{}, map[string]any{}
	for row, into := range map[string]*map[string]any{r.adds: &all, r.completes: &completes} {
		if row == "" {
			continue
		}
		if err := json.Unmarshal([]byte(row), into); err != nil {
			return nil, &problem{Code: "InternalFailure", Message: "the table's row for " + r.kind + ": " + err.Error()}
		}
	}
	for name, value := range completes {
		if _, there := members[name]; there {
			all[name] = value
		}
	}
	merge(all, members)
	return all, nil
}

// merge sets what from has in into, member by member: what a caller sends stands over what AWS adds. The two share no
// map afterwards, so that a later change does not reach the record.
func merge(into, from map[string]any) {
	for name, value := range from {
		below, isMap := value.(map[string]any)
		if !isMap {
			into[name] = value
			continue
		}
		existing, wasMap := into[name].(map[string]any)
		if !wasMap {
			existing = map[string]any{}
			into[name] = existing
		}
		merge(existing, below)
	}
}
