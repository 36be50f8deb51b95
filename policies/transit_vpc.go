package policies

import (
	"strings"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// transitVPC requires that what computes runs in the organization's VPC.
func transitVPC() Policy {
	rows, reads, anchors := networks(), map[catalog.Kind][]string{}, map[catalog.Kind][]string{}
	p := Policy{
		ID:       "transit-vpc",
		Title:    "Jobs, models, notebooks and domains run inside the VPC",
		Protects: "data in transit: what jobs, models, notebooks and domains send stays in networks that the organization controls",
		Default:  Warn,
		Reads:    reads,
		Anchors:  anchors,
		check:    func(e *evaluation) { checkNetworks(e, rows[e.kind()]) },
		Doc: `Without a VPC, SageMaker runs containers in its own network with internet access: neither security
groups nor flow logs nor endpoint policies of your organization see what they send. So training, tuning, processing and
monitoring jobs, automated labeling and Models need a vpcConfig with subnets and security groups (a TransformJob and an
Endpoint run in the VPC of their Model). An EndpointConfig needs one if a production variant has no model, because
inference components run there. A NotebookInstance needs a subnet and directInternetAccess: Disabled (Security Hub
SageMaker.2 and SageMaker.1), a Domain appNetworkAccessType: VpcOnly. A MonitoringSchedule is evaluated by its inline
definition; a referenced definition is evaluated on its own.

cmkgate cannot know subnets and security groups, so it never sets them. Without internet access, workloads need VPC
endpoints or a NAT gateway for S3, the SageMaker API, ECR and CloudWatch Logs; a Domain with VpcOnly also needs
defaultUserSettings.securityGroups.

**How to satisfy it.** Set the VPC's subnets and security groups:

` + "```yaml" + `
kind: TrainingJob
spec:
  trainingJobName: churn
  vpcConfig:
    subnets: [subnet-0123456789abcdef0]
    securityGroupIDs: [sg-0123456789abcdef0]
` + "```",
	}
	for _, n := range catalog.Networks() {
		if reads[n.Kind] == nil {
			p.Kinds = append(p.Kinds, n.Kind)
		}
		reads[n.Kind] = append(reads[n.Kind], n.Reads()...)
		anchors[n.Kind] = append(anchors[n.Kind], n.Under)
	}
	return p
}

// network is a row of the catalog with its paths parsed.
type network struct {
	catalog.Network
	path        tree.Path
	under       int
	onlyWithout tree.Path
}

func networks() map[catalog.Kind][]network {
	out := map[catalog.Kind][]network{}
	for _, row := range catalog.Networks() {
		n := network{Network: row, path: tree.MustPath(row.Path), under: len(tree.MustPath(row.Under))}
		if row.OnlyWithout != "" {
			n.onlyWithout = tree.MustPath(row.OnlyWithout)
		}
		out[row.Kind] = append(out[row.Kind], n)
	}
	return out
}

func checkNetworks(e *evaluation, rows []network) {
	if e.observes {
		return
	}
	for i := range rows {
		n := &rows[i]
		if !n.applies(e.object.Root) {
			continue
		}
		n.path.Walk(e.object.Root, n.under, func(path tree.Path, node *tree.Node) {
			if !e.checksPlace() {
				return
			}
			if finding, wrong := n.judge(path, node); wrong {
				e.report(finding)
			}
		})
	}
}

func (n *network) applies(root *tree.Node) bool {
	if n.onlyWithout == nil {
		return true
	}
	lacks := false
	n.onlyWithout.Walk(root, len(n.onlyWithout)-1, func(_ tree.Path, node *tree.Node) { lacks = lacks || node.Missing() })
	return lacks
}

// judge makes one finding of all that is missing. What is absent and the
// default of AWS get the same words, since ACK writes the default where nothing
// stood (late initialization), which introduces nothing.
func (n *network) judge(path tree.Path, node *tree.Node) (Finding, bool) {
	var unmet []catalog.Need
	for _, need := range n.Needs {
		if !met(need, node.Get(need.Field)) {
			unmet = append(unmet, need)
		}
	}
	if len(unmet) == 0 {
		return Finding{}, false
	}
	at := path.Clone()
	if !node.Empty() {
		at = at.Child(tree.Key(unmet[0].Field))
	}
	return Finding{Reason: PublicNetwork, Path: at, Problem: unmet[0].Consequence + ".", Remedy: remedyFor(path, node, unmet)}, true
}

// met reports whether a field has a good value; a list needs an element that says something.
func met(need catalog.Need, node *tree.Node) bool {
	if need.Value != "" {
		return node.Str() == need.Value
	}
	if node.Kind() != tree.List {
		return node.Str() != ""
	}
	for i := range node.Len() {
		if !node.At(i).Missing() {
			return true
		}
	}
	return false
}

// remedyFor says what to write for all needs at once.
func remedyFor(path tree.Path, node *tree.Node, unmet []catalog.Need) string {
	var b strings.Builder
	examples := false
	for i, need := range unmet {
		value := need.Value
		if value == "" {
			value, examples = need.Example, true
		}
		switch {
		case node.Empty() && i == 0:
			b.WriteString("Set it to {" + need.Field + ": " + value)
		case node.Empty():
			b.WriteString(", " + need.Field + ": " + value)
		case i == 0:
			b.WriteString("Set it to " + value)
		default:
			b.WriteString(" and " + path.Child(tree.Key(need.Field)).String() + " to " + value)
		}
	}
	if node.Empty() {
		b.WriteByte('}')
	}
	if examples {
		b.WriteString(", with IDs of your VPC")
	}
	return b.String() + "."
}
