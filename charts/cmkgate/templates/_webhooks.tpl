{{/* A CEL expression: one of the ACK controllers writes. Their names may hold * and ?, as in the configuration. */}}
{{- define "cmkgate.byController" -}}
{{- $names := (include "cmkgate.generated" . | fromYaml).controllers -}}
{{- with .Values.config.controllers -}}
{{- $names = . -}}
{{- end -}}
{{- $terms := list -}}
{{- range $names -}}
{{- if regexMatch "[*?]" . -}}
{{- $pattern := regexQuoteMeta . | replace "\\*" ".*" | replace "\\?" "." -}}
{{- $terms = append $terms (printf "request.userInfo.username.matches(%s)" (include "cmkgate.celString" (printf "^%s$" $pattern))) -}}
{{- else -}}
{{- $terms = append $terms (printf "request.userInfo.username == %s" (include "cmkgate.celString" .)) -}}
{{- end -}}
{{- end -}}
{{- default "false" (join " || " $terms) -}}
{{- end -}}

{{- define "cmkgate.celString" -}}
'{{ . | replace "\\" "\\\\" | replace "'" "\\'" }}'
{{- end -}}

{{- define "cmkgate.namespaceSelector" -}}
{{- $selector := deepCopy .Values.webhooks.namespaceSelector -}}
{{- with .Values.webhooks.optOutLabel -}}
{{- $optOut := dict "key" . "operator" "NotIn" "values" (list "true") -}}
{{- $_ := set $selector "matchExpressions" (append (default (list) $selector.matchExpressions) $optOut) -}}
{{- end -}}
{{- toYaml $selector -}}
{{- end -}}

{{/* A replica that cannot be reached denies nothing before cmkgate itself may. */}}
{{- define "cmkgate.validatingFailurePolicy" -}}
{{- default (eq .Values.rollout "enforce" | ternary "Fail" "Ignore") .Values.webhooks.validating.failurePolicy -}}
{{- end -}}

{{/* The webhooks of a configuration: (dict "root" $ "webhooks" LIST "failurePolicy" NAME "timeoutSeconds" N).
Webhooks that only watch keep their own failurePolicy and timeout. */}}
{{- define "cmkgate.webhooks" -}}
{{- $root := .root -}}
{{- $byController := include "cmkgate.byController" $root -}}
{{- $selector := include "cmkgate.namespaceSelector" $root | fromYaml -}}
{{- range $webhook := .webhooks -}}
{{- $_ := set $webhook "namespaceSelector" $selector -}}
{{- $_ := set $webhook "objectSelector" dict -}}
{{- $service := dict "name" (include "cmkgate.fullname" $root) "namespace" $root.Release.Namespace "path" $webhook.clientConfig.service.path "port" 443 -}}
{{- $client := dict "service" $service -}}
{{- with include "cmkgate.caBundle" $root -}}
{{- $_ := set $client "caBundle" . -}}
{{- end -}}
{{- $_ := set $webhook "clientConfig" $client -}}
{{- if not (hasPrefix "observe." $webhook.name) -}}
{{- $_ := set $webhook "failurePolicy" $.failurePolicy -}}
{{- $_ := set $webhook "timeoutSeconds" $.timeoutSeconds -}}
{{- end -}}
{{- range $webhook.matchConditions -}}
{{- $_ := set . "expression" (replace "request.userInfo.username == 'CONTROLLERS'" $byController .expression) -}}
{{- end -}}
{{- end -}}
{{- toYaml .webhooks -}}
{{- end -}}
