{{/* Everything about the serving certificate that depends on certificates.mode is in this file. */}}

{{/* The flags of package webhook/certs. In every mode a replica compares what it serves with what is published. */}}
{{- define "cmkgate.certificateFlags" -}}
{{- if include "cmkgate.isSelfManaged" . -}}
- --cert-mode=self
- --cert-secret={{ include "cmkgate.certificateSecret" . }}
- --cert-service={{ include "cmkgate.fullname" . }}
{{- with .Values.certificates.self }}
- --cert-ca-validity={{ .caValidity }}
- --cert-validity={{ .validity }}
- --cert-renew-at={{ .renewAt }}
- --cert-propagation={{ .propagation }}
{{- end }}
{{- else -}}
- --cert-dir=/etc/cmkgate/certs
{{- end }}
- --webhook-configuration={{ include "cmkgate.clusterName" . }}
{{- end -}}

{{- define "cmkgate.isSelfManaged" -}}
{{- if eq .Values.certificates.mode "self" }}true{{ end -}}
{{- end -}}

{{/* The Secret with tls.crt and tls.key. */}}
{{- define "cmkgate.certificateSecret" -}}
{{- if eq .Values.certificates.mode "secret" -}}
{{- required "\n\ncertificates.secret.name is missing: set the Secret with tls.crt and tls.key, or choose another certificates.mode.\n" .Values.certificates.secret.name -}}
{{- else -}}
{{- include "cmkgate.fullname" . }}-tls
{{- end -}}
{{- end -}}

{{/* What the values know of the CA: nothing, unless the certificate is the user's. Whoever else issues it publishes its
CA itself, and a deployment tool sees no drift. */}}
{{- define "cmkgate.caBundle" -}}
{{- if eq .Values.certificates.mode "secret" -}}
{{- required "\n\ncertificates.secret.caBundle is missing: set the CA that signed the certificate, PEM in base64 (base64 -w0 ca.crt).\n" .Values.certificates.secret.caBundle -}}
{{- end -}}
{{- end -}}

{{/* Annotations of the webhook configurations, as YAML. Argo CD creates them last, when the replicas are ready, and removes
them first, as Helm and Flux do by themselves. */}}
{{- define "cmkgate.webhookAnnotations" -}}
argocd.argoproj.io/sync-wave: "1"
{{- if eq .Values.certificates.mode "certManager" }}
cert-manager.io/inject-ca-from: {{ .Release.Namespace }}/{{ include "cmkgate.fullname" . }}
{{- end -}}
{{- end -}}
