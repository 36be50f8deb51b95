package policies

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// NewProjection keeps of a looked-up object what policies evaluate others by. Of a
// Pipeline's definition, which can have a hundred thousand bytes, that is a fraction.
func NewProjection(l catalog.Lookup) (*tree.Projection, error) {
	keep, err := tree.NewProjection(l.Keeps()...)
	if err == nil && slices.Contains(l.Reads, catalog.PipelineDefinition) {
		err = keep.Shorten(catalog.PipelineDefinition, newDigest().of)
	}
	if err == nil && slices.Contains(l.Reads, catalog.BucketPolicy) {
		err = keep.Shorten(catalog.BucketPolicy, exemptingPolicy)
	}
	return keep, err //nolint:wrapcheck // it names the path
}

// digest makes definitions short: it keeps what is called a key and, from the
// root on, the names that paths to keys and to what governs them have.
type digest struct{ names map[string]bool }

func newDigest() digest {
	d := digest{names: map[string]bool{"Parameters": true, "Name": true, "DefaultValue": true, "Steps": true, "Type": true, "Get": true, "Std:Join": true, "On": true, "Values": true}}
	for _, branch := range branches() {
		d.names[branch] = true
	}
	for _, t := range catalog.StepTypes() {
		for _, f := range t.Fields {
			for _, path := range f.Reads() {
				for name := range strings.SplitSeq(path, ".") {
					d.names[strings.TrimSuffix(name, "[*]")] = true
				}
			}
		}
	}
	return d
}

// of is the digest of a definition, "" for a text that is none: SageMaker has no such Pipeline.
func (d digest) of(text string) string {
	root, err := tree.ParseBoundedText(text)
	if err != nil {
		return ""
	}
	short, err := json.Marshal(d.keep(root, true))
	if err != nil {
		return ""
	}
	return string(short)
}

// keep is a value without what nobody reads, nil for nothing. Named means that
// it stands under a name that counts.
func (d digest) keep(n *tree.Node, named bool) any {
	switch n.Kind() {
	case tree.Map:
		return d.members(n, named)
	case tree.List:
		return d.elements(n, named)
	case tree.String, tree.Number, tree.Bool:
		if named {
			return json.RawMessage(literal(n))
		}
	case tree.Null:
	}
	return nil
}

// literal is a scalar as JSON has it.
func literal(n *tree.Node) []byte {
	if n.Kind() != tree.String {
		return []byte(n.Text())
	}
	text, err := json.Marshal(n.Text())
	if err != nil {
		return []byte("null") // strings cannot fail
	}
	return text
}

func (d digest) members(n *tree.Node, named bool) any {
	out := map[string]any{}
	for i := range n.Len() {
		child := n.At(i)
		counts := namesKey(child.Key()) || named && (d.names[child.Key()] || isExpression(n))
		if value := d.keep(child, counts); value != nil {
			out[child.Key()] = value
		}
	}
	if len(out) == 0 && !named {
		return nil
	}
	return out
}

// elements keeps the places of those that are left.
func (d digest) elements(n *tree.Node, named bool) any {
	out := make([]any, n.Len())
	found := false
	for i := range out {
		out[i] = d.keep(n.At(i), named)
		found = found || out[i] != nil
	}
	if !found && !named {
		return nil
	}
	return out
}
