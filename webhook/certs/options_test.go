package certs

import (
	"flag"
	"io"
	"strings"
	"testing"
)

func parse(t *testing.T, args ...string) (Options, error) {
	t.Helper()
	var o Options
	fs := flag.NewFlagSet("test", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	AddFlags(fs, &o)
	if err := fs.Parse(args); err != nil {
		t.Fatal(err)
	}
	return o.complete()
}

func TestModeFollowsFromTheFolder(t *testing.T) {
	tests := map[string]struct{ args, mode, dir, configuration string }{
		"nothing said":       {"--cert-namespace=ns", ModeSelf, "", "cmkgate"},
		"a folder":           {"--cert-dir=/x", ModeFiles, "/x", ""},
		"files":              {"--cert-mode=files", ModeFiles, "/etc/cmkgate/certs", ""},
		"files, compared":    {"--cert-mode=files --webhook-configuration=c", ModeFiles, "/etc/cmkgate/certs", "c"},
		"self, another name": {"--cert-namespace=ns --webhook-configuration=c", ModeSelf, "", "c"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o, err := parse(t, strings.Fields(test.args)...)
			if err != nil || o.Mode != test.mode || o.Dir != test.dir || o.Configuration != test.configuration {
				t.Errorf("%+v %v", o, err)
			}
		})
	}
}

func TestOptionsThatCannotWorkNameTheFlag(t *testing.T) {
	tests := map[string]string{
		"--cert-mode=own":                               "--cert-mode",
		"--cert-mode=self --cert-dir=/x":                "--cert-dir",
		"--cert-namespace=ns --cert-service=":           "--cert-service",
		"--cert-namespace=ns --cert-renew-at=1":         "--cert-renew-at",
		"--cert-namespace=ns --cert-validity=0s":        "--cert-validity",
		"--cert-namespace=ns --cert-ca-validity=2000h":  "--cert-validity",
		"--cert-namespace=ns --cert-propagation=10000h": "--cert-propagation",
		"--cert-mode=self":                              "--cert-namespace",
	}
	for args, want := range tests {
		t.Run(args, func(t *testing.T) {
			if _, err := parse(t, strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestALeafIsForTheServiceAndWhatElseItIsCalled(t *testing.T) {
	o, err := parse(t, "--cert-namespace=ns", "--cert-service=web", "--cert-hosts=10.0.0.1, example.org")
	if err != nil {
		t.Fatal(err)
	}
	leaf := leafOf(t, authority(t, epoch), epoch, o.hosts()...)
	for _, host := range []string{"web.ns.svc", "10.0.0.1", "example.org"} {
		if err := leaf.cert.VerifyHostname(host); err != nil {
			t.Error(err)
		}
	}
	other, err := parse(t, "--cert-namespace=ns", "--cert-service=other")
	if err != nil {
		t.Fatal(err)
	}
	if both := leafOf(t, authority(t, epoch), epoch, other.hostsWith(leaf)...); !both.names(o.hosts()) || !both.names(other.hosts()) {
		t.Errorf("replicas with other names would replace a leaf for %v", both.cert.DNSNames)
	}
}
