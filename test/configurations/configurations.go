// Package configurations has the configurations that matter, for suites that
// prove something under each of them.
package configurations

import (
	"fmt"
	"strings"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/test/generated/objects"
)

// Configuration is a cmkgate.yaml.
type Configuration struct{ Name, Text string }

const (
	header = "apiVersion: cmkgate.io/v1alpha1\nkind: Config\n"
	aws    = "aws: {region: eu-west-1, accountID: '111122223333'}\n"
	keys   = "defaultKeys:\n- arn: " + objects.Key + "\n- arn: " + objects.USKey + "\n"
	byTeam = "- {arn: '" + objects.FraudKey + "', namespaces: [fraud-*], purposes: [output, bucket]}\n"
)

// All returns the configurations in the order in which seeds choose. The first is
// that of an organization which decides nothing but its keys.
func All() []Configuration {
	enforced := switched(func(int) string { return "{mode: Enforce}" })
	all := []Configuration{
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
			"- {labels: {example.com/stage: legacy}, " + inline("{mode: Audit, inject: false}") + "}\n" +
			"- {labels: {kubernetes.io/metadata.name: fraud-eu}, " + inline("{mode: Warn}") + "}\n"},
	}
	for i := range all {
		all[i].Text = header + all[i].Text
	}
	return all
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
