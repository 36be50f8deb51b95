package chart

import (
	"path"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/policies"
)

// lastName is the name of a subtest.
func lastName(t *testing.T) string {
	t.Helper()
	return path.Base(t.Name())
}

func TestARolloutLowersOnlyTheModesThatAreLeftOpen(t *testing.T) {
	lower := map[string]map[policies.Mode]policies.Mode{
		"audit":   {policies.Enforce: policies.Audit, policies.Warn: policies.Audit},
		"warn":    {policies.Enforce: policies.Warn},
		"enforce": {},
	}
	for rollout, lowered := range lower {
		own := []string{"--set", "rollout=" + rollout, "--set", "config.policies.s3-bucket-key.mode=Enforce", "--set", "config.policies.sagemaker-volume-key.inject=false"}
		cfg := configuration(t, render(t, append([]string{"-f", "testdata/values/minimal.yaml"}, own...)...))
		for _, p := range policies.All() {
			want := p.Default
			if mode, ok := lowered[p.Default]; ok && p.ID != "s3-bucket-key" {
				want = mode
			}
			got := cfg.Settings.Policies[p.ID]
			if got.Mode != want {
				t.Errorf("%s at rollout %s: %s, want %s", p.ID, rollout, got.Mode, want)
			}
			if p.ID == "sagemaker-volume-key" && got.Inject {
				t.Errorf("%s at rollout %s: inject: false is lost", p.ID, rollout)
			}
		}
	}
}

func TestWrongValuesFailWithTheirPathAndARemedy(t *testing.T) {
	for name, c := range map[string]struct {
		set  []string
		want string
	}{
		"no configuration":  {nil, "config.aws.region is missing: set the region in which ACK creates resources.\nSet it"},
		"no keys":           {[]string{"config.aws.region=eu-west-1"}, "Add config.defaultKeys to inject keys, or config.trustedKeys or config.aws.accountID"},
		"alias as key":      {[]string{"config.defaultKeys[0].arn=alias/mine"}, "at '/config/defaultKeys/0/arn': 'alias/mine' does not match pattern '^arn:aws"},
		"unknown field":     {[]string{"config.defaultKey=x"}, "at '/config': additional properties 'defaultKey' not allowed"},
		"unknown mode":      {[]string{"config.policies.s3-bucket-key.mode=Deny"}, "at '/config/policies/s3-bucket-key/mode': value must be one of 'Enforce', 'Warn', 'Audit', 'Off'"},
		"kind in config":    {[]string{"config.kind=Config"}, "at '/config': additional properties 'kind' not allowed"},
		"account unquoted":  {[]string{"config.aws.accountID=111122223333"}, "at '/config/aws/accountID': got number, want string"},
		"region misspelled": {[]string{"config.aws.region=eu-west1"}, "at '/config/aws/region': 'eu-west1' does not match pattern"},
		"mode of another":   {[]string{"certificates.mode=cert-manager"}, "at '/certificates/mode': value must be one of 'self', 'certManager', 'secret'"},
		"no replica":        {[]string{"replicas=0"}, "at '/replicas': minimum: got 0, want 1"},
		"hook misspelled":   {[]string{"hooks.check=false"}, "at '/hooks': additional properties 'check' not allowed"},
		"bad namespace":     {[]string{"selftest.namespace=A_b"}, "at '/selftest/namespace': 'A_b' does not match pattern"},
		"unknown value":     {[]string{"replicaCount=3"}, "additional properties 'replicaCount' not allowed"},
		"unknown rollout":   {[]string{"rollout=strict"}, "at '/rollout': value must be one of 'audit', 'warn', 'enforce'"},
		"timeout too long":  {[]string{"webhooks.validating.timeoutSeconds=31"}, "at '/webhooks/validating/timeoutSeconds': maximum: got 31, want 30"},
		"secret, no name":   {[]string{"certificates.mode=secret", "certificates.secret.caBundle=Y2E="}, "certificates.secret.name is missing: set the Secret with tls.crt and tls.key"},
		"secret, no CA":     {[]string{"certificates.mode=secret", "certificates.secret.name=mine"}, "certificates.secret.caBundle is missing: set the CA"},
		"CA not in base64":  {[]string{"certificates.secret.caBundle=-----BEGIN"}, "at '/certificates/secret/caBundle': '-----BEGIN' does not match pattern"},
		"label that is not": {[]string{"webhooks.optOutLabel=a b"}, "at '/webhooks/optOutLabel': 'a b' does not match pattern"},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{"template", "cmkgate", chartDir}
			if !strings.HasPrefix(name, "no ") {
				args = append(args, "-f", "testdata/values/minimal.yaml")
			}
			for _, set := range c.set {
				args = append(args, "--set", set)
			}
			if _, stderr, err := helm(t, args...); err == nil || !strings.Contains(stderr, c.want) {
				t.Errorf("%v: %s", err, stderr)
			}
		})
	}
}

func TestKubernetesBelow130IsRefused(t *testing.T) {
	args := []string{"template", "cmkgate", chartDir, "-f", "testdata/values/minimal.yaml", "--kube-version"}
	_, stderr, err := helm(t, append(args, "v1.29.9")...)
	if err == nil || !strings.Contains(stderr, "chart requires kubeVersion: >=1.30.0-0 which is incompatible with Kubernetes v1.29.9") {
		t.Errorf("%v: %s", err, stderr)
	}
	for _, version := range []string{"v1.30.0", "v1.30.4-eks-036c24b", "v1.37.2"} {
		if _, stderr, err := helm(t, append(args, version)...); err != nil {
			t.Errorf("%s: %s", version, stderr)
		}
	}
}
