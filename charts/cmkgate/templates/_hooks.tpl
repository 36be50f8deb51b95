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

{{/* The annotations of a hook's objects: (dict "hook" EVENT "weight" N "logs" BOOL). Nothing of a hook stays, whatever comes of it. */}}
{{- define "cmkgate.hookAnnotations" -}}
helm.sh/hook: {{ .hook }}
{{- if .logs }}
helm.sh/hook-output-log-policy: hook-failed
{{- end }}
helm.sh/hook-weight: {{ .weight | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded,hook-failed
{{- end -}}

{{/* The spec of a Job: what cmkgate.hookPodSpec takes, with "retries" N and "deadline" SECONDS. Where the pod cannot start,
Helm gives up after the deadline. */}}
{{- define "cmkgate.hookJobSpec" -}}
backoffLimit: {{ .retries }}
activeDeadlineSeconds: {{ .deadline }}
template:
  metadata:
    labels:
      {{- include "cmkgate.hookPodLabels" .root | nindent 6 }}
    {{- with include "cmkgate.podAnnotations" .root }}
    annotations:
      {{- . | nindent 6 }}
    {{- end }}
  spec:
    {{- include "cmkgate.hookPodSpec" . | nindent 4 }}
{{- end -}}

{{/* The spec of a hook's pod: (dict "root" $ "name" NAME "args" LIST "account" BOOL "config" CONFIGMAP). */}}
{{- define "cmkgate.hookPodSpec" -}}
{{- if .account -}}
serviceAccountName: {{ include "cmkgate.hookName" . }}
{{- else -}}
automountServiceAccountToken: false
{{- end }}
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
      {{- toYaml .args | nindent 6 }}
    {{- with .root.Values.resources }}
    resources:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    securityContext:
      {{- include "cmkgate.containerSecurityContext" .root | nindent 6 }}
    {{- if .config }}
    volumeMounts:
      - {name: config, mountPath: /etc/cmkgate/config, readOnly: true}
    {{- end }}
{{- if .config }}
volumes:
  - name: config
    configMap:
      name: {{ .config }}
{{- end }}
{{- end -}}
