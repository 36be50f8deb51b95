package check

import (
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/edit"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/policies"
)

// changes are the edits of a finding as changes of the file, nil if cmkgate
// fix would refuse to make them.
func changes(o *manifest.Object, edits []policies.Edit) []report.Change {
	if len(edits) == 0 {
		return nil
	}
	inValue := make([]policies.Edit, len(edits))
	for i, e := range edits {
		e.Path = o.At.Child(e.Path...)
		inValue[i] = e
	}
	splices, err := edit.Plan(o.Value.Data, o.Value.Node(), inValue)
	if err != nil {
		return nil
	}
	after := manifest.Document{Data: edit.Apply(o.Value.Data, splices)}
	parsed := after.ParseACK()
	if len(parsed.Values) != 1 || len(parsed.Problems) > 0 || !edit.Holds(o.Value.Root, parsed.Values[0].Root, inValue) {
		return nil
	}
	out := make([]report.Change, len(splices))
	for i, s := range splices {
		out[i] = report.Change{Begin: o.Place(s.Start), End: o.Place(s.End), Text: s.Text}
	}
	return out
}
