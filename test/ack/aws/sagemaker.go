package aws

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// sageMaker keeps resources by kind and name, each as the members of its Create call and what AWS adds.
type sageMaker struct {
	kinds map[string]resource
	live  map[string]map[string]any
}

func newSageMaker() *sageMaker {
	s := &sageMaker{kinds: map[string]resource{}, live: map[string]map[string]any{}}
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
	request.Name, _ = request.Members[r.identity].(string)
	members, problem := s.call(verb, r, request.Members)
	if problem != nil {
		return jsonProblem(problem)
	}
	return jsonAnswer(members)
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
func (s *sageMaker) call(verb string, r resource, members map[string]any) (map[string]any, *problem) {
	if verb == "Create" {
		return s.create(r.kind, members)
	}
	name, _ := members[r.identity].(string)
	found, ok := s.live[r.kind+"/"+name]
	if !ok {
		return nil, &problem{Code: r.missing.Code, Message: r.missing.Message}
	}
	switch verb {
	case "Describe":
		return found, nil
	case "Update":
		merge(found, members)
		return map[string]any{r.arn: found[r.arn]}, nil
	case "Delete":
		delete(s.live, r.kind+"/"+name)
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

func (s *sageMaker) setStatus(kind, name, status string) error {
	found, ok := s.live[kind+"/"+name]
	if !ok {
		return fmt.Errorf("there is no %s %s", kind, name)
	}
	found[s.kinds[kind].status] = status
	return nil
}

func (s *sageMaker) create(kind string, members map[string]any) (map[string]any, *problem) {
	r, ok := s.kinds[kind]
	if !ok {
		return nil, &problem{Code: "InvalidAction", Message: "no such kind: " + kind}
	}
	name, _ := members[r.identity].(string)
	if name == "" {
		return nil, &problem{Code: "ValidationException", Message: r.identity + " is required"}
	}
	id := kind + "/" + name
	if _, exists := s.live[id]; exists {
		return nil, &problem{Code: "ResourceInUse", Message: name + " exists"}
	}
	created := map[string]any{}
	if err := json.Unmarshal([]byte(r.adds), &created); err != nil {
		return nil, &problem{Code: "InternalFailure", Message: "the table's row for " + kind + ": " + err.Error()}
	}
	merge(created, members)
	arn := fmt.Sprintf("arn:aws:sagemaker:eu-west-1:%s:%s/%s", AccountID, strings.ToLower(kind), name)
	created[r.arn] = arn
	if r.status != "" {
		created[r.status] = r.settled
	}
	s.live[id] = created
	return map[string]any{r.arn: arn}, nil
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
