package generated

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/config"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/test/generated/objects"
)

// setting is a configuration that objects are judged by.
type setting struct {
	name      string
	settings  policies.Settings
	evaluator *policies.Evaluator
}

const (
	header = "apiVersion: cmkgate.io/v1alpha1\nkind: Config\n"
	aws    = "aws: {region: eu-west-1, accountID: '111122223333'}\n"
	keys   = "defaultKeys:\n- arn: " + objects.Key + "\n- arn: " + objects.USKey + "\n"
	byTeam = "- {arn: '" + objects.FraudKey + "', namespaces: [fraud-*], purposes: [output, bucket]}\n"
)

// configurations are the settings by name, in the order in which seeds choose.
func configurations() [][2]string {
	enforced := switched(func(int) string { return "{mode: Enforce}" })
	return [][2]string{
		{"as shipped", aws + keys},
		{"everything enforced", aws + keys + "unverifiable: Deny\n" + enforced},
		{"volume keys required", aws + keys + enforced + "localStorage: Require\n"},
		{"local storage denied", aws + keys + enforced + "localStorage: Deny\n"},
		{"keys by team and purpose", aws + keys + byTeam + enforced},
		{"warnings", aws + keys + switched(func(int) string { return "{mode: Warn}" })},
		{"audit", aws + keys + switched(func(int) string { return "{mode: Audit}" })},
		{"no injection", aws + keys + switched(func(int) string { return "{mode: Enforce, inject: false}" })},
		{"every third policy off", aws + keys + switched(func(i int) string { return []string{"{mode: Off}", "{mode: Enforce}", "{inject: false}"}[i%3] })},
		{"no default key in the region", "aws: {region: eu-central-1, accountID: '111122223333'}\n" + keys + enforced},
		{"no default key", aws + enforced},
		{"no account", "aws: {region: eu-west-1}\n" + keys + enforced},
		{"trusted keys by name", aws + keys + enforced + "trustedKeys: {arns: ['" + objects.PartnerKey + "']}\n"},
		{"other instance families", aws + keys + enforced + "instanceFamilies: {g9: Local, trn2.3xlarge: EBS, m5: Unknown}\n"},
		{"overrides", aws + keys + enforced + "overrides:\n- {namespaces: [sandbox-*], " + inline("{mode: Warn}") + "}\n" +
			"- {labels: {example.com/stage: legacy}, " + inline("{mode: Audit, inject: false}") + "}\n"},
	}
}

// switched switches each policy, by its place in the list.
func switched(how func(int) string) string {
	var b strings.Builder
	b.WriteString("policies:\n")
	for i, p := range policies.All() {
		fmt.Fprintf(&b, "  %s: %s\n", p.ID, how(i))
	}
	return b.String()
}

func inline(how string) string {
	list := policies.All()
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = p.ID + ": " + how
	}
	return "policies: {" + strings.Join(out, ", ") + "}"
}

func settings(tb testing.TB) []setting {
	tb.Helper()
	var out []setting
	for _, c := range configurations() {
		cfg, err := config.Load(c[0], []byte(header+c[1]), policies.All())
		if err != nil {
			tb.Fatal(err)
		}
		evaluator, err := policies.New(policies.All(), cfg.Settings)
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, setting{name: c[0], settings: cfg.Settings, evaluator: evaluator})
	}
	return out
}
