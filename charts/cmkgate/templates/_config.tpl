{{/* What cmkgate's code says: the webhooks, the default modes, the names of ACK's controllers. */}}
{{- define "cmkgate.generated" -}}
{{- .Files.Get "files/webhooks.yaml" -}}
{{- end -}}

{{/* The configuration file. A rollout lowers the modes that the values leave open, and only those. */}}
{{- define "cmkgate.config" -}}
{{- $keys := "Set it, with the key to encrypt with:\n\n  config:\n    aws:\n      region: eu-west-1\n    defaultKeys:\n      - arn: arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111\n" -}}
{{- if not (dig "aws" "region" "" .Values.config) -}}
{{- fail (printf "\n\nconfig.aws.region is missing: set the region in which ACK creates resources.\n%s" $keys) -}}
{{- end -}}
{{- with .Values.config -}}
{{- if not (or .defaultKeys .aws.accountID (dig "accounts" list (default dict .trustedKeys)) (dig "arns" list (default dict .trustedKeys))) -}}
{{- fail "\n\nconfig defines no keys that may be used.\nAdd config.defaultKeys to inject keys, or config.trustedKeys or config.aws.accountID to only check.\n" -}}
{{- end -}}
{{- end -}}
{{- $config := deepCopy .Values.config -}}
{{- $lower := get (dict "audit" (dict "Enforce" "Audit" "Warn" "Audit") "warn" (dict "Enforce" "Warn") "enforce" (dict)) .Values.rollout -}}
{{- $policies := default (dict) $config.policies -}}
{{- range $id, $mode := (include "cmkgate.generated" . | fromYaml).policies -}}
{{- $own := default (dict) (get $policies $id) -}}
{{- if and (hasKey $lower $mode) (not $own.mode) -}}
{{- $_ := set $policies $id (merge (dict "mode" (get $lower $mode)) $own) -}}
{{- end -}}
{{- end -}}
{{- if $policies -}}
{{- $_ := set $config "policies" $policies -}}
{{- end -}}
{{- merge (dict "apiVersion" "cmkgate.io/v1alpha1" "kind" "Config") $config | toYaml -}}
{{- end -}}

{{- define "cmkgate.configData" -}}
cmkgate.yaml: |
  {{- include "cmkgate.config" . | nindent 2 }}
{{- end -}}
