package schema

import (
	"fmt"
	"strings"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/kms"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// objectMeta is metadata, the same for all kinds (k8s.io/apimachinery, ObjectMeta).
const objectMeta = ` annotations map
 creationTimestamp string
 deletionGracePeriodSeconds integer
 deletionTimestamp string
 finalizers []string
 generateName string
 generation integer
 labels map
 managedFields any
 name string
 namespace string
 ownerReferences []object
  apiVersion string
  blockOwnerDeletion boolean
  controller boolean
  kind string
  name string
  uid string
 resourceVersion string
 selfLink string
 uid string
`

func (c *checker) metadata(t *Type, n *tree.Node) {
	if !n.Absent() {
		c.within(tree.Key("metadata"), t, n)
	}
	switch name := n.Get("name"); {
	case !n.Absent() && n.Kind() != tree.Map: // told already
	case name.Missing() && n.Get("generateName").Missing():
		c.add(Violation{Finding: policies.Finding{
			Reason: policies.Missing, Mode: policies.Enforce, Path: tree.Path{tree.Key("metadata"), tree.Key("name")},
			Problem: "an object needs a name.", Remedy: "Write metadata.name.",
		}})
	case name.Kind() == tree.String:
		c.name(name.Text())
	}
}

// name checks a name against what the API server takes (RFC 1123, subdomain).
func (c *checker) name(name string) {
	if name == "" || isSubdomain(name) {
		return
	}
	finding := policies.Finding{
		Reason: policies.Malformed, Mode: policies.Enforce, Path: tree.Path{tree.Key("metadata"), tree.Key("name")},
		Problem: fmt.Sprintf("%s is not a valid Kubernetes name.", quote(name)),
		Remedy:  "Use lower-case letters, digits, - and ., with a letter or digit at both ends, 253 at most.",
	}
	if placeholder := kms.Placeholder(name); placeholder != "" {
		finding.Problem = fmt.Sprintf("%s contains the placeholder %s, which is not filled in.", quote(name), quote(placeholder))
		finding.Remedy = rendered
	}
	c.add(Violation{Finding: finding})
}

// rendered is the remedy for templates.
const rendered = "Check the rendered output, for example: helm template CHART | cmkgate check -, or flux build kustomization NAME --path DIR | cmkgate check -"

func isSubdomain(name string) bool {
	const longest = 253
	if len(name) > longest {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return true
}
