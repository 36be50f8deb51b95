package apiserver

import (
	"fmt"
	"os"
	"path/filepath"
)

// The events of cmkgate's two API groups carry its audit annotations; whatever else happens is noise here.
// Patches are reported from the level Request on.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: %s
  resources:
  - group: sagemaker.services.k8s.aws
  - group: s3.services.k8s.aws
- level: None
`

// AuditLog is the path of the API server's audit log: one JSON event a line, for requests to the SageMaker and S3
// groups. An event is written before its request is answered.
func (s *Server) AuditLog() string {
	return filepath.Join(s.dir, "audit.log")
}

func (s *Server) writeAuditPolicy(patches bool) (string, error) {
	level := "Metadata"
	if patches {
		level = "Request"
	}
	path := filepath.Join(s.dir, "audit-policy.yaml")
	if err := os.WriteFile(path, fmt.Appendf(nil, auditPolicy, level), 0o600); err != nil {
		return "", fmt.Errorf("writing the audit policy: %w", err)
	}
	return path, nil
}
