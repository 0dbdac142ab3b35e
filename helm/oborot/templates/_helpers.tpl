{{- define "oborot.labels" -}}
app.kubernetes.io/name: oborot
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{- define "oborot.selector" -}}
app.kubernetes.io/name: oborot
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "oborot.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "oborot.security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: ["ALL"]
{{- end }}
