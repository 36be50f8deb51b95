package metrics

import "time"

// Labels that several metrics have.
var (
	webhook = Label{"webhook", "`mutate` or `validate`"}
	kind    = Label{"kind", "a kind that policies apply to"}
	policy  = Label{"policy", "a policy's ID, as in policies.md"}
	mode    = Label{"mode", "`Enforce`, `Warn` or `Audit`"}
	field   = Label{"field", "the path of a field of the catalog, with `[*]` for the elements of a list"}
)

// Requests and their outcomes.
var (
	Requests = Metric{
		Name: "cmkgate_admission_requests_total", Type: Counter,
		Labels: []Label{webhook, {"operation", "`CREATE`, `UPDATE`, `DELETE`, `CONNECT`, or `other`"}, {"kind", kind.Values + ", or `other`"}, {"decision", "`allowed`, `denied`, `injected`, `restored`, `retry` (lacks only the keys that `/mutate` would have set; the client sends it again), `exempt` (a write of an ACK controller, never stopped), " +
			"`passed` (no policy applies), `error` (an invalid review)"}},
		Help: "Admission requests by webhook, operation, kind and decision.",
		Note: "A create that passes both webhooks counts once in each. Dry runs count too.",
	}
	Duration = Metric{
		Name: "cmkgate_admission_duration_seconds", Type: Histogram,
		Labels:  []Label{webhook},
		Help:    "Time from the arrival of an admission request to its answer.",
		Note:    "A PipelineExecution or an Endpoint may wait up to `--lookup-wait` for the object that it references. The last bounds are the chart's timeouts: beyond 2 s `mutate` is skipped, beyond 3 s `validate` refuses.",
		Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .1, .5, 1, 2, 3},
	}
	Responses = Metric{
		Name: "cmkgate_http_responses_total", Type: Counter,
		Labels: []Label{webhook, {"code", "the HTTP status: `200` for every answered review, `429` for a request rejected for lack of memory, `408` for a body that did not arrive in time"}},
		Help:   "HTTP responses of the webhooks by status code.",
	}
	Findings = Metric{
		Name: "cmkgate_findings_total", Type: Counter,
		Labels: []Label{policy, {"reason", "why, as in policies.md"}, mode, {"operation", "`CREATE` or `UPDATE`"}, kind},
		Help:   "Findings of the validating webhook by policy, reason, mode, operation and kind.",
		Note:   "A request with `Enforce` findings is denied, unless an ACK controller sent it.",
	}
	NamespaceFindings = Metric{
		Name: "cmkgate_namespace_findings_total", Type: Counter,
		Labels: []Label{{"object_namespace", "a namespace of the cluster, or `other`: not known to exist, or beyond the first 1,000 with findings since the start"}, policy, mode},
		Help:   "Findings by the namespace of the object, policy and mode: whom to help, and with what.",
		Note:   "Findings in writes by ACK's controllers are not counted: nobody needs help with them. The log has the object and the user.",
	}
	Injections = Metric{
		Name: "cmkgate_injections_total", Type: Counter,
		Labels: []Label{kind, field},
		Help:   "Fields of new objects that were set, by kind and field path.",
		Note:   "Counted at `/mutate`: the object may still be denied, or be a dry run.",
	}
	Restorations = Metric{
		Name: "cmkgate_restorations_total", Type: Counter,
		Labels: []Label{kind, field},
		Help:   "Fields that updates omitted and that were restored, by kind and field path.",
	}
)

// UnappliedAfter is how long a replica sees a key unapplied before it counts.
// AWS takes minutes to create a Domain, and ACK retries what fails for a moment.
const UnappliedAfter = 15 * time.Minute

// UnappliedKeys are keys that ACK has not reported as applied.
var UnappliedKeys = Metric{
	Name: "cmkgate_unapplied_keys", Type: Gauge,
	Labels: []Label{{"kind", "`Bucket`, `Domain`, `EndpointConfig` or one of the monitoring job definitions: the kinds that a replica watches and that have key fields"}},
	Help:   "Objects with a KMS key in their spec that ACK has not reported as applied for 15 minutes.",
	Note: "The spec looks compliant, and AWS may not have the key: ACK stops at the first call that fails. Counted where ACK sends the spec and the condition `Ready` is not `True` " +
		"(`ACK.ResourceSynced`, where a controller has no `Ready`), or `ACK.Terminal` is. The 15 minutes begin when the replica first sees the object so, and again when it restarts: " +
		"every replica counts for itself, so take the maximum. An object that ACK reports as `Ready` does not count, whatever AWS has.",
}

// What a replica needs to evaluate requests.
var (
	Ready = Metric{
		Name: "cmkgate_ready", Type: Gauge,
		Labels: []Label{{"check", "`caches`, `certificates`, `server` or `stopping`, as on `/readyz`"}},
		Help:   "1 while the readiness check passes. API servers call a replica only while all of them do.",
	}
	CacheContact = Metric{
		Name: "cmkgate_cache_last_contact_timestamp_seconds", Type: Gauge,
		Labels: []Label{{"resource", "what is watched: `RESOURCE.GROUP`, with `/NAME` for a single object"}},
		Help:   "When the API server last sent anything for the cache: a list, an event or a bookmark of the watch.",
		Note: "API servers send a bookmark every minute to a watch without events, so an older time means that the watch has stalled or cannot be opened, " +
			"whatever the reason. A kind whose CRD is not installed counts as seen whenever the API server says so.",
	}
	CacheObjects = Metric{
		Name: "cmkgate_cache_objects", Type: Gauge,
		Labels: CacheContact.Labels,
		Help:   "Objects in the cache.",
	}
	CertificateExpiry = Metric{
		Name: "cmkgate_certificate_expiry_timestamp_seconds", Type: Gauge,
		Labels: []Label{{"certificate", "`leaf`, which this replica serves, or `ca`, which signs the next leaf (self-managed certificates only)"}},
		Help:   "When a certificate expires: leaf, which this replica serves, and ca, which signs the next leaf.",
	}
	CertificateFailures = Metric{
		Name: "cmkgate_certificate_failures_total", Type: Counter,
		Help: "Attempts to read, renew or publish certificates that failed; conflicts between replicas do not count.",
	}
	CertificateVerifies = Metric{
		Name: "cmkgate_certificate_bundle_verifies", Type: Gauge,
		Help: "1 while the caBundle of every webhook verifies this replica's certificate, 0 while API servers would reject it.",
		Note: "Only if the replica knows the webhook configurations (`--webhook-configuration`).",
	}
	ConfigInfo = Metric{
		Name: "cmkgate_config_info", Type: Gauge,
		Labels: []Label{{"hash", "of the configuration with its defaults"}},
		Help:   "1 for the hash of the active configuration. Replicas with the same configuration have the same hash.",
	}
	ConfigReloadSuccessful = Metric{
		Name: "cmkgate_config_last_reload_successful", Type: Gauge,
		Help: "1 if the configuration file is active, 0 if it is invalid and the last valid one stays active.",
	}
	ConfigReloadTime = Metric{
		Name: "cmkgate_config_last_reload_success_timestamp_seconds", Type: Gauge,
		Help: "When the active configuration was loaded, or was found in the file again after an invalid one.",
	}
	ConfigRestart = Metric{
		Name: "cmkgate_config_restart_required", Type: Gauge,
		Labels: []Label{{"field", "`ackNamespace`"}},
		Help:   "1 when a change of the field takes effect only after a restart.",
	}
	BuildInfo = Metric{
		Name: "cmkgate_build_info", Type: Gauge,
		Labels: []Label{{"version", "of cmkgate"}, {"revision", "the commit"}, {"goversion", "of Go"}},
		Help:   "1 for the build that is running.",
	}
)

// Section is a part of the documentation.
type Section struct {
	Title   string
	Metrics []Metric
}

// All is every metric of cmkgate's own, in the order of the documentation.
func All() []Section {
	return []Section{
		{"Decisions", []Metric{Requests, Findings, NamespaceFindings, Injections, Restorations, Duration, Responses}},
		{"Keys in AWS", []Metric{UnappliedKeys}},
		{"Health", []Metric{Ready, CacheContact, CacheObjects}},
		{"Certificates", []Metric{CertificateExpiry, CertificateVerifies, CertificateFailures}},
		{"Configuration", []Metric{ConfigInfo, ConfigReloadSuccessful, ConfigReloadTime, ConfigRestart, BuildInfo}},
	}
}

// Foreign is a metric that cmkgate does not make.
type Foreign struct {
	// Name may end with *, for all that begin so.
	Name, Tells string
}

// Libraries are what a replica's /metrics has beside cmkgate's own.
func Libraries() []Foreign {
	return []Foreign{
		{"controller_runtime_webhook_panics_total", "Requests that hit a bug in cmkgate. The API server got an error and followed the failurePolicy."},
		{"rest_client_*", "Requests of the replica to the API server, by code, method and host."},
		{"certwatcher_*", "Reads of certificate files (`--cert-mode files`)."},
		{"go_*", "The Go runtime: memory, garbage collection, goroutines."},
		{"process_*", "The process: CPU, resident memory, file descriptors, start time."},
	}
}

// Cluster are the metrics of others that the chart's alerts and dashboard use.
// Where Prometheus does not have them, nothing breaks; the alert is blind.
func Cluster() []Foreign {
	return []Foreign{
		{"apiserver_admission_webhook_rejection_count", "By kube-apiserver: requests that it refused because of a webhook; `error_type` distinguishes a denial (`no_error`) from a webhook that could not be called."},
		{"apiserver_admission_webhook_fail_open_count", "By kube-apiserver: requests that it admitted because a webhook with failurePolicy Ignore could not be called."},
		{"container_memory_working_set_bytes", "By the kubelet: memory of a container, as the limit counts it."},
		{"kube_pod_container_resource_limits", "By kube-state-metrics: limits of containers."},
	}
}
