{{/* What traces need: the variables of OpenTelemetry, and the way to the collector. */}}

{{/* Environment variables, as YAML: what tracing.env says wins. */}}
{{- define "cmkgate.tracingEnv" -}}
{{- with .Values.tracing -}}
{{- if .enabled -}}
{{- $resource := "k8s.namespace.name=$(NAMESPACE),k8s.pod.name=$(POD)" -}}
- {name: NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
- {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
{{- range $name, $value := mergeOverwrite (dict "OTEL_EXPORTER_OTLP_ENDPOINT" .endpoint "OTEL_RESOURCE_ATTRIBUTES" $resource) .env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
{{- end -}}
{{- end -}}

{{- define "cmkgate.tracingPort" -}}
{{- if .Values.tracing.enabled -}}
{{- $address := urlParse .Values.tracing.endpoint -}}
{{- $port := regexFind ":[0-9]+$" $address.host | trimPrefix ":" -}}
{{- default (eq $address.scheme "https" | ternary "443" "80") $port -}}
{{- end -}}
{{- end -}}
