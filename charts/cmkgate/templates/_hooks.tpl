{{/* Helm's hooks: pods of cmkgate's own image, each with a service account of its own that lives as long as the hook. */}}

{{/* The name of a hook's objects: (dict "root" $ "name" NAME). It is the value of a label, too. */}}
{{- define "cmkgate.hookName" -}}
{{- printf "%s-%s" (include "cmkgate.fullname" .root | trunc (int (sub 62 (len .name))) | trimSuffix "-") .name -}}
{{- end -}}

{{/* A pod's labels. The name is not that of the replicas: the Service must not send requests here. */}}
{{- define "cmkgate.hookPodLabels" -}}
{{- $own := dict "app.kubernetes.io/name" (printf "%s-hook" .Chart.Name) -}}
{{- mergeOverwrite (dict) .Values.podLabels (include "cmkgate.labels" . | fromYaml) $own | toYaml -}}
{{- end -}}

{{/* The template of a hook's pod: (dict "root" $ "name" NAME "args" LIST). */}}
{{- define "cmkgate.hookPod" -}}
metadata:
  labels:
    {{- include "cmkgate.hookPodLabels" .root | nindent 4 }}
  {{- with include "cmkgate.podAnnotations" .root }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
spec:
  {{- include "cmkgate.hookPodSpec" . | nindent 2 }}
{{- end -}}

{{- define "cmkgate.hookPodSpec" -}}
serviceAccountName: {{ include "cmkgate.hookName" . }}
restartPolicy: Never
{{- with include "cmkgate.scheduling" .root | trim }}
{{ . }}
{{- end }}
{{- with .root.Values.affinity.nodeAffinity }}
affinity:
  nodeAffinity:
    {{- toYaml . | nindent 4 }}
{{- end }}
securityContext:
  {{- include "cmkgate.podSecurityContext" .root | nindent 2 }}
containers:
  - name: {{ .name }}
    image: {{ include "cmkgate.image" .root | quote }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    args:
      {{- range .args }}
      - {{ . }}
      {{- end }}
    {{- with .root.Values.resources }}
    resources:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    securityContext:
      {{- include "cmkgate.containerSecurityContext" .root | nindent 6 }}
{{- end -}}
