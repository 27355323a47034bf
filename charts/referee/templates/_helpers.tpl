{{- define "referee.labels" -}}
app.kubernetes.io/name: referee
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "referee.selector" -}}
app.kubernetes.io/name: referee
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "referee.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "referee.name" -}}
{{ printf "%s-%s" .root.Release.Name .component | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "referee.adapterAccount" -}}
{{ printf "%s-adapter" .Release.Name | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- /* The namespaces that get a Role: the listed ones, else the release's own. */ -}}
{{- define "referee.namespaces" -}}
{{ .Values.scope.namespaces | default (list .Release.Namespace) | toJson }}
{{- end -}}

{{- define "referee.scopeEnv" -}}
- name: REFEREE_NAMESPACES
  value: {{ ternary "*" (join "," (include "referee.namespaces" . | fromJsonArray)) .Values.scope.clusterWide | quote }}
{{- end -}}

{{- define "referee.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "referee.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}
