package config

import (
	"reflect"
	"slices"
	"testing"

	"github.com/cmkgate/cmkgate/config/v1alpha1"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
)

func TestWhatIsLeftOutHasItsDefault(t *testing.T) {
	cfg := load(t, header+"trustedKeys:\nlocalStorage:\npolicies: {s3-bucket-key: }\ncontrollers: []\n")
	s := cfg.Settings
	if s.LocalStorage != policies.Omit || s.Unverifiable != policies.Warn {
		t.Errorf("localStorage %s, unverifiable %s", s.LocalStorage, s.Unverifiable)
	}
	if len(s.Policies) != len(known()) {
		t.Errorf("%d policies are switched, want all %d", len(s.Policies), len(known()))
	}
	for _, p := range known() {
		if got := s.Policies[p.ID]; got != (policies.PolicySettings{Mode: p.Default, Inject: p.Injects}) {
			t.Errorf("%s: got %v", p.ID, got)
		}
	}
	if want := v1alpha1.Default().Controllers; len(cfg.Controllers) != len(want) || cfg.Controllers[0] != string(want[0]) {
		t.Errorf("controllers: got %v, want %v", cfg.Controllers, want)
	}
}

func TestTrustFollowsWhatIsWritten(t *testing.T) {
	const keys = "defaultKeys:\n" +
		"- arn: arn:aws:kms:eu-west-1:444455556666:key/11111111-1111-1111-1111-111111111111\n" +
		"- arn: arn:aws:kms:us-east-1:444455556666:key/22222222-2222-2222-2222-222222222222\n"
	const arn = "arn:aws:kms:eu-west-1:777788889999:alias/shared"
	tests := []struct {
		name, text     string
		accounts, keys []string
	}{
		{"nothing: the account of the controllers", "", []string{"111122223333"}, nil},
		{"default keys: their accounts, once", keys, []string{"444455556666"}, nil},
		{"arns: those alone", keys + "trustedKeys: {arns: ['" + arn + "']}", nil, []string{arn}},
		{"accounts: those alone", keys + "trustedKeys: {accounts: ['777788889999']}", []string{"777788889999"}, nil},
		{"both: either", keys + "trustedKeys: {accounts: ['777788889999'], arns: ['" + arn + "']}", []string{"777788889999"}, []string{arn}},
		{"empty lists: as left out", keys + "trustedKeys: {accounts: [], arns: []}", []string{"444455556666"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := load(t, header+tt.text).Settings.Trusted
			var arns []string
			for _, key := range got.Keys {
				arns = append(arns, key.String())
			}
			if !slices.Equal(got.Accounts, tt.accounts) || !slices.Equal(arns, tt.keys) {
				t.Errorf("got %v and %v, want %v and %v", got.Accounts, arns, tt.accounts, tt.keys)
			}
		})
	}
}

func TestUnverifiableDenyIsAnEnforcedMode(t *testing.T) {
	if got := load(t, header+"unverifiable: Deny").Settings.Unverifiable; got != policies.Enforce {
		t.Errorf("got %s", got)
	}
}

func TestOffIsReadAsYAMLReadersHandItOver(t *testing.T) {
	for _, text := range []string{"Off", `"Off"`, "false", "off"} {
		cfg := load(t, header+"policies: {s3-bucket-key: {mode: "+text+"}}")
		if got := cfg.Settings.Policies["s3-bucket-key"].Mode; got != policies.Off {
			t.Errorf("mode: %s is %q", text, got)
		}
	}
}

func TestInstanceFamiliesLoseTheirPrefix(t *testing.T) {
	got := load(t, header+"instanceFamilies: {g9: Local, ml.trn2.3xlarge: EBS, ml.p9: Unknown}").Settings.Families
	want := map[string]catalog.Storage{"g9": catalog.Local, "trn2.3xlarge": catalog.EBS, "p9": catalog.Unknown}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAnOverrideChangesOnlyWhatItNames(t *testing.T) {
	got := load(t, header+`
overrides:
- namespaces: [sandbox-*]
  labels: {example.com/stage: ""}
  policies: {s3-bucket-key: {mode: Warn}, sagemaker-volume-key: {inject: false}}
`).Settings.Overrides
	warn, no := policies.Warn, false
	want := []policies.Override{{
		Namespaces: []string{"sandbox-*"},
		Labels:     map[string]string{"example.com/stage": ""},
		Policies: map[policies.ID]policies.PolicyOverride{
			"s3-bucket-key":        {Mode: &warn},
			"sagemaker-volume-key": {Inject: &no},
		},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTheHashFollowsTheContentAndNotTheLayout(t *testing.T) {
	text := header + "localStorage: Deny\npolicies: {s3-bucket-key: {mode: Warn}, transit-vpc: {mode: Audit}}\n"
	same := "# a comment\nkind: Config\napiVersion: cmkgate.io/v1alpha1\n" +
		"policies:\n  transit-vpc:\n    mode: Audit\n  s3-bucket-key:\n    mode: 'Warn'\n" +
		"localStorage: Deny\naws:\n  accountID: '111122223333'\n  region: eu-west-1\n"
	a, b, c := load(t, text), load(t, same), load(t, header+"localStorage: Omit\n")
	if a.Hash != b.Hash || len(a.Hash) != 12 {
		t.Errorf("the same content has the hashes %s and %s", a.Hash, b.Hash)
	}
	if a.Hash == c.Hash {
		t.Error("different content has the same hash")
	}
}
