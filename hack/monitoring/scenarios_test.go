package monitoring

// scenario is two hours in the life of an installation.
type scenario struct {
	alert, name string
	// series in promtool's notation: one sample a minute.
	series string
	// fires is a part of what the alert says; empty where it must be silent.
	fires string
}

const replica = `namespace="cmkgate-system", pod="cmkgate-1", instance="10.0.0.1:8080"`

var scenarios = []scenario{
	{"CmkgateDown", "while one of two replicas is ready", `
		cmkgate_ready{check="caches", pod="a"} 1x120
		cmkgate_ready{check="server", pod="a"} 1x120
		cmkgate_ready{check="caches", pod="b"} 0x120
		cmkgate_ready{check="server", pod="b"} 1x120`, ""},
	{"CmkgateDown", "when each replica fails another check", `
		cmkgate_ready{check="caches", pod="a"} 1x120
		cmkgate_ready{check="server", pod="a"} 0x120
		cmkgate_ready{check="caches", pod="b"} 0x120
		cmkgate_ready{check="server", pod="b"} 1x120`, "No replica"},
	{"CmkgateDown", "when nothing can be read", `
		cmkgate_ready{check="caches", pod="a"} 1x100 stale _x19`, "No replica"},
	{"CmkgateDown", "through a short restart", `
		cmkgate_ready{check="caches", pod="a"} 1x118 0 0`, ""},

	{"CmkgateReplicaNotReady", "for ten minutes", `
		cmkgate_ready{check="certificates", ` + replica + `} 1x100 0x20`, `The check "certificates" of cmkgate-1`},
	{"CmkgateReplicaNotReady", "while it drains", `
		cmkgate_ready{check="stopping", ` + replica + `} 0x120`, ""},

	{"CmkgateCallsFail", "when calls time out", `
		apiserver_admission_webhook_rejection_count{name="create.trainingjob.validate.cmkgate.io", error_type="calling_webhook_error", type="validating", instance="api"} 0+1x120
		apiserver_admission_webhook_rejection_count{name="create.bucket.validate.cmkgate.io", error_type="no_error", type="validating", instance="api"} 0+9x120`, "create.trainingjob.validate.cmkgate.io"},
	{"CmkgateCallsFail", "when requests pass without an answer", `
		apiserver_admission_webhook_fail_open_count{name="create.bucket.mutate.cmkgate.io", type="admit", instance="api"} 0+1x120`, "create.bucket.mutate.cmkgate.io"},
	{"CmkgateCallsFail", "when cmkgate denies, and another webhook fails", `
		apiserver_admission_webhook_rejection_count{name="create.bucket.validate.cmkgate.io", error_type="no_error"} 0+9x120
		apiserver_admission_webhook_rejection_count{name="validate.kyverno.svc", error_type="calling_webhook_error"} 0+9x120`, ""},

	{"CmkgateErrors", "when somebody sends nonsense", `
		cmkgate_admission_requests_total{decision="error", webhook="mutate", operation="other", kind="other", ` + replica + `} 0+1x120`, "cmkgate-1 received invalid reviews"},
	{"CmkgateErrors", "when it panics", `
		controller_runtime_webhook_panics_total{` + replica + `} 0x110 1+1x10`, "cmkgate-1"},
	{"CmkgateErrors", "when it only decides", `
		cmkgate_admission_requests_total{decision="denied", webhook="validate", operation="CREATE", kind="Bucket", ` + replica + `} 0+1x120
		controller_runtime_webhook_panics_total{` + replica + `} 0x120`, ""},

	// The samples are seconds since the beginning: 8 days are 691200.
	{"CmkgateCertificateExpiresSoon", "in eight days", `
		cmkgate_certificate_expiry_timestamp_seconds{certificate="leaf", ` + replica + `} 698400x120`, ""},
	{"CmkgateCertificateExpiresSoon", "in a day", `
		cmkgate_certificate_expiry_timestamp_seconds{certificate="ca", ` + replica + `} 93600x120`, `The certificate "ca" of cmkgate-1 expires in 1d 0h 0m 0s`},

	{"CmkgateCertificateNotVerified", "when API servers would refuse it", `
		cmkgate_certificate_bundle_verifies{` + replica + `} 1x100 0x20`, "cmkgate-1"},
	{"CmkgateCertificateNotVerified", "during a rotation", `
		cmkgate_certificate_bundle_verifies{` + replica + `} 1x100 0 0 1x18`, ""},

	{"CmkgateCertificateRenewalFails", "all the time", `
		cmkgate_certificate_failures_total{` + replica + `} 0+1x120`, "cmkgate-1"},
	{"CmkgateCertificateRenewalFails", "once", `
		cmkgate_certificate_failures_total{` + replica + `} 0x60 1x60`, ""},

	{"CmkgateConfigurationBroken", "since a change", `
		cmkgate_config_last_reload_successful{` + replica + `} 1x100 0x20`, "cmkgate-1 rejects"},
	{"CmkgateConfigurationBroken", "no more", `
		cmkgate_config_last_reload_successful{` + replica + `} 0x100 1x20`, ""},

	{"CmkgateConfigurationDiffers", "for hours", `
		cmkgate_config_info{hash="aaa", pod="a"} 1x120
		cmkgate_config_info{hash="bbb", pod="b"} 1x120`, "2 configurations"},
	{"CmkgateConfigurationDiffers", "during a rollout", `
		cmkgate_config_info{hash="aaa", pod="a"} 1x110 stale _x9
		cmkgate_config_info{hash="bbb", pod="b"} _x107 1x13`, ""},

	{"CmkgateRestartRequired", "for a while", `
		cmkgate_config_restart_required{field="ackNamespace", ` + replica + `} 0x60 1x60`, "ackNamespace takes effect in cmkgate-1"},
	{"CmkgateRestartRequired", "never", `
		cmkgate_config_restart_required{field="ackNamespace", ` + replica + `} 0x120`, ""},

	{"CmkgateSlow", "when two of a hundred take two seconds", `
		cmkgate_admission_duration_seconds_bucket{webhook="validate", le="0.001", pod="a"} 0+98x120
		cmkgate_admission_duration_seconds_bucket{webhook="validate", le="1", pod="a"} 0+98x120
		cmkgate_admission_duration_seconds_bucket{webhook="validate", le="2", pod="a"} 0+100x120
		cmkgate_admission_duration_seconds_bucket{webhook="validate", le="+Inf", pod="a"} 0+100x120`, "/validate take more than 1.5s"},
	{"CmkgateSlow", "when one of a thousand does", `
		cmkgate_admission_duration_seconds_bucket{webhook="validate", le="0.001", pod="a"} 0+999x120
		cmkgate_admission_duration_seconds_bucket{webhook="validate", le="1", pod="a"} 0+999x120
		cmkgate_admission_duration_seconds_bucket{webhook="validate", le="2", pod="a"} 0+1000x120
		cmkgate_admission_duration_seconds_bucket{webhook="validate", le="+Inf", pod="a"} 0+1000x120`, ""},

	{"CmkgateCacheStale", "when a watch has stalled", `
		cmkgate_cache_last_contact_timestamp_seconds{resource="buckets.s3.services.k8s.aws", ` + replica + `} 0+60x60 3600x60`, "cmkgate-1 has received nothing about buckets.s3.services.k8s.aws for 1h 0m 0s"},
	{"CmkgateCacheStale", "when only bookmarks come", `
		cmkgate_cache_last_contact_timestamp_seconds{resource="buckets.s3.services.k8s.aws", ` + replica + `} 0+60x120`, ""},

	{"CmkgateKeysUnapplied", "while ACK fails", `
		cmkgate_unapplied_keys{kind="Bucket", pod="a"} 0x90 2x30
		cmkgate_unapplied_keys{kind="Bucket", pod="b"} 0x120
		cmkgate_unapplied_keys{kind="Domain", pod="a"} 0x120`, "2 Bucket objects"},
	{"CmkgateKeysUnapplied", "when one replica restarts meanwhile", `
		cmkgate_unapplied_keys{kind="Bucket", pod="a"} 1x117 0 0 0
		cmkgate_unapplied_keys{kind="Bucket", pod="b"} 1x120`, "1 Bucket objects"},
	{"CmkgateKeysUnapplied", "when every key has arrived", `
		cmkgate_unapplied_keys{kind="Bucket", pod="a"} 3x60 0x60`, ""},

	{"CmkgateMemoryNearLimit", "with kube-state-metrics and kubelet", `
		container_memory_working_set_bytes{container="webhook", namespace="cmkgate-system", pod="cmkgate-1", id="/kubepods/1"} 127000000x120
		kube_pod_container_resource_limits{container="webhook", resource="memory", namespace="cmkgate-system", pod="cmkgate-1", uid="1"} 134217728x120
		kube_pod_container_resource_limits{container="webhook", resource="cpu", namespace="cmkgate-system", pod="cmkgate-1", uid="1"} 1x120
		cmkgate_build_info{version="v1", ` + replica + `} 1x120`, "cmkgate-1 uses 94.62%"},
	{"CmkgateMemoryNearLimit", "of somebody else's webhook", `
		container_memory_working_set_bytes{container="webhook", namespace="other", pod="other-1"} 127000000x120
		kube_pod_container_resource_limits{container="webhook", resource="memory", namespace="other", pod="other-1"} 134217728x120
		cmkgate_build_info{version="v1", ` + replica + `} 1x120`, ""},

	{"CmkgateManyDenials", "when a tool retries every minute", `
		cmkgate_namespace_findings_total{object_namespace="science", policy="s3-bucket-key", mode="Enforce", pod="a"} 0+1x120
		cmkgate_namespace_findings_total{object_namespace="science", policy="s3-bucket-key", mode="Enforce", pod="b"} 0+1x120`, "denied 120 times in an hour in science, for s3-bucket-key"},
	{"CmkgateManyDenials", "when findings only warn", `
		cmkgate_namespace_findings_total{object_namespace="science", policy="transit-vpc", mode="Warn"} 0+1x120`, ""},
}
