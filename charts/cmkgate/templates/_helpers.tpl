{{/* Names of what lives in the release's namespace. */}}
{{- define "cmkgate.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The name of what belongs to the whole cluster. It does not depend on the release: Helm then refuses a second
installation, which would judge every request twice. */}}
{{- define "cmkgate.clusterName" -}}
cmkgate
{{- end -}}

{{- define "cmkgate.serviceAccountName" -}}
{{- default (include "cmkgate.fullname" .) .Values.serviceAccount.name -}}
{{- end -}}

{{- define "cmkgate.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "cmkgate.labels" -}}
{{- $own := fromYaml (include "cmkgate.selectorLabels" .) -}}
{{- $_ := set $own "app.kubernetes.io/version" (default .Chart.AppVersion .Values.image.tag | trunc 63 | trimSuffix "-") -}}
{{- $_ := set $own "app.kubernetes.io/managed-by" .Release.Service -}}
{{- $_ := set $own "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_") -}}
{{- mergeOverwrite (dict) .Values.labels $own | toYaml -}}
{{- end -}}

{{/* The metadata of an object: (dict "root" $ "name" NAME "cluster" BOOL "annotations" DICT), and "namespace" where it is
not the release's. */}}
{{- define "cmkgate.metadata" -}}
name: {{ .name }}
{{- if not .cluster }}
namespace: {{ default .root.Release.Namespace .namespace }}
{{- end }}
labels:
  {{- include "cmkgate.labels" .root | nindent 2 }}
{{- with mergeOverwrite (dict) .root.Values.annotations (default (dict) .annotations) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "cmkgate.image" -}}
{{- $tag := default .Chart.AppVersion .Values.image.tag -}}
{{- printf "%s%s%s" .Values.image.repository (hasPrefix "sha256:" $tag | ternary "@" ":") $tag -}}
{{- end -}}
