package certs

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// The values of --cert-mode.
const (
	// ModeSelf makes, publishes and rotates the certificates.
	ModeSelf = "self"
	// ModeFiles serves what --cert-dir holds.
	ModeFiles = "files"
)

const (
	defaultDir           = "/etc/cmkgate/certs"
	defaultConfiguration = "cmkgate"
	// The kubelet puts the namespace of a pod here.
	namespaceFile = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"
)

// Options are what an installation says about certificates.
type Options struct {
	// Mode is ModeSelf, ModeFiles, or empty: files where Dir is set, self otherwise.
	Mode string
	// Dir holds tls.crt and tls.key in mode files.
	Dir string
	// Namespace, Secret and Service are those of the replicas. The leaf is for the Service.
	Namespace, Secret, Service string
	// Hosts are what else API servers may call the webhook: names or IP
	// addresses, with commas between them.
	Hosts string
	// Configuration names both webhook configurations.
	Configuration string
	// CAValidity and LeafValidity say how long certificates are valid, and
	// RenewAt the part of that after which they are replaced.
	CAValidity, LeafValidity time.Duration
	RenewAt                  float64
	// Propagation is how long an authority has been published before it signs.
	Propagation time.Duration
}

// AddFlags adds the flags to a set, with their defaults; parsing it fills in the options.
//
// A CA is valid for a year: its key is stored beside the leaf's, so a longer
// validity would only make rotation rare and untested. Renewed after two thirds,
// both leave an alert weeks before anything expires.
func AddFlags(fs *flag.FlagSet, o *Options) {
	fs.StringVar(&o.Mode, "cert-mode", "", "`mode` of the serving certificate: self (the replicas issue and rotate it) or files (it is in --cert-dir); files when --cert-dir is given, self otherwise")
	fs.StringVar(&o.Dir, "cert-dir", "", "`folder` with the serving certificate: tls.crt and tls.key; a change is picked up ("+defaultDir+" with --cert-mode files)")
	fs.StringVar(&o.Namespace, "cert-namespace", "", "`namespace` of the Secret and the Service; inside a cluster that of the pod")
	fs.StringVar(&o.Secret, "cert-secret", "cmkgate-webhook-certs", "`name` of the Secret that the replicas share")
	fs.StringVar(&o.Service, "cert-service", "cmkgate-webhook", "`name` of the Service that API servers call")
	fs.StringVar(&o.Hosts, "cert-hosts", "", "further `names` or IP addresses that API servers call, with commas between them")
	fs.StringVar(&o.Configuration, "webhook-configuration", "", "`name` of both webhook configurations; a replica is ready while their caBundle verifies its certificate (default "+defaultConfiguration+" with self; with files not checked unless set)")
	fs.DurationVar(&o.CAValidity, "cert-ca-validity", 365*24*time.Hour, "how long a certificate authority is valid")
	fs.DurationVar(&o.LeafValidity, "cert-validity", 90*24*time.Hour, "how long a serving certificate is valid")
	fs.Float64Var(&o.RenewAt, "cert-renew-at", 0.67, "`fraction` of the validity after which a certificate is replaced")
	fs.DurationVar(&o.Propagation, "cert-propagation", time.Minute, "minimum time that a new CA is published in caBundle before it signs, so that API servers pick it up")
}

// complete sets defaults that depend on the mode, and returns an error for invalid combinations.
func (o Options) complete() (Options, error) {
	if o.Mode == "" {
		o.Mode = ModeSelf
		if o.Dir != "" {
			o.Mode = ModeFiles
		}
	}
	switch o.Mode {
	case ModeFiles:
		if o.Dir == "" {
			o.Dir = defaultDir
		}
		return o, nil
	case ModeSelf:
		if o.Configuration == "" {
			o.Configuration = defaultConfiguration
		}
		return o.completeSelf()
	default:
		return o, fmt.Errorf("--cert-mode: %q is not a mode; write %s or %s", o.Mode, ModeSelf, ModeFiles)
	}
}

func (o Options) completeSelf() (Options, error) {
	if o.Dir != "" {
		return o, fmt.Errorf("--cert-dir: %s is not used with --cert-mode self; omit one of them", o.Dir)
	}
	if o.Secret == "" || o.Service == "" {
		return o, errors.New("--cert-secret and --cert-service: neither may be empty with --cert-mode self")
	}
	if o.RenewAt <= 0 || o.RenewAt >= 1 {
		return o, fmt.Errorf("--cert-renew-at: %v is not a fraction of the validity; write a number between 0 and 1, such as 0.67", o.RenewAt)
	}
	if o.Propagation < 0 || o.LeafValidity < time.Second || o.CAValidity < time.Second {
		return o, errors.New("--cert-validity, --cert-ca-validity, --cert-propagation: write a second or more")
	}
	// Otherwise an authority that is not due yet would sign leaves that end early, or be needed after its end.
	left := o.spare(o.CAValidity)
	if o.LeafValidity > left {
		return o, fmt.Errorf("--cert-validity: %s is longer than a CA has left when it is renewed (%s); shorten it or lengthen --cert-ca-validity", o.LeafValidity, left)
	}
	if least := o.spare(o.LeafValidity); o.Propagation >= least {
		return o, fmt.Errorf("--cert-propagation: %s is longer than a certificate has left when it is renewed (%s); shorten it or lengthen --cert-validity", o.Propagation, least)
	}
	if o.Namespace == "" {
		namespace, err := os.ReadFile(namespaceFile)
		if err != nil {
			return o, fmt.Errorf("--cert-namespace: not given, and there is no pod to take it from: %w", err)
		}
		o.Namespace = strings.TrimSpace(string(namespace))
	}
	return o, nil
}

// spare is the validity that is left when the certificate is due for renewal.
func (o Options) spare(validity time.Duration) time.Duration {
	return time.Duration(float64(validity) * (1 - o.RenewAt))
}

// hosts are the subject alternative names of a leaf. API servers ask for
// SERVICE.NAMESPACE.svc.
func (o Options) hosts() []string {
	hosts := []string{
		o.Service + "." + o.Namespace + ".svc",
		o.Service + "." + o.Namespace,
		o.Service + "." + o.Namespace + ".svc.cluster.local",
	}
	for host := range strings.SplitSeq(o.Hosts, ",") {
		if host = strings.TrimSpace(host); host != "" {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// hostsWith keeps the names of the leaf that is replaced, so that replicas of
// two versions do not keep overwriting each other's leaf.
func (o Options) hostsWith(old *pair) []string {
	hosts := o.hosts()
	if old != nil {
		hosts = append(hosts, old.cert.DNSNames...)
		for _, ip := range old.cert.IPAddresses {
			hosts = append(hosts, ip.String())
		}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}
