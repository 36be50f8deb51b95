package argocd

import "encoding/json"

// state is what an Application says of itself.
type state struct {
	Sync           syncStatus     `json:"sync"`
	Conditions     []condition    `json:"conditions"`
	OperationState operationState `json:"operationState"`
	Resources      []resource     `json:"resources"`
	History        []any          `json:"history"` // an entry a sync
}

// syncStatus is how the cluster compares to the repository.
type syncStatus struct {
	Status   string `json:"status"`
	Revision string `json:"revision"`
}

type condition struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

// operationState is how the last sync went.
type operationState struct {
	Phase      string     `json:"phase"`
	Message    string     `json:"message"`
	SyncResult syncResult `json:"syncResult"`
}

type syncResult struct {
	Revision  string     `json:"revision"`
	Resources []resource `json:"resources"`
}

type resource struct {
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Status  string `json:"status"`
	Message string `json:"message,omitempty"`
}

func (s *state) String() string {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// condition is the message of a condition, or nothing.
func (s *state) condition(kind string) string {
	for _, c := range s.Conditions {
		if c.Type == kind {
			return c.Message
		}
	}
	return ""
}

// statuses are Synced or OutOfSync, by kind.
func (s *state) statuses() map[string]string {
	statuses := map[string]string{}
	for _, r := range s.Resources {
		statuses[r.Kind] = r.Status
	}
	return statuses
}

// result is what the sync says of one object.
func (s *state) result(name string) string {
	for _, r := range s.OperationState.SyncResult.Resources {
		if r.Name == name {
			return r.Message
		}
	}
	return ""
}
