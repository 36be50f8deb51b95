package apiserver

import (
	"fmt"
	"os"
	"path/filepath"
)

// Nobody takes the API server's own spans.
const tracing = `apiVersion: apiserver.config.k8s.io/v1
kind: TracingConfiguration
endpoint: 127.0.0.1:9
samplingRatePerMillion: 1000000
`

func (s *Server) writeTracing() (string, error) {
	path := filepath.Join(s.dir, "tracing.yaml")
	if err := os.WriteFile(path, []byte(tracing), 0o600); err != nil {
		return "", fmt.Errorf("writing the tracing configuration: %w", err)
	}
	return path, nil
}
