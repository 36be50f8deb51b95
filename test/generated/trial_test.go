package generated

import (
	"encoding/json"
	"fmt"

	jsonpatch "github.com/evanphx/json-patch/v5"
	kubejson "k8s.io/apimachinery/pkg/util/json"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
	"github.com/cmkgate/cmkgate/test/generated/objects"
	"github.com/cmkgate/cmkgate/webhook"
)

// trial is one generated object on its way through the webhook: as it comes and
// as the patch leaves it.
type trial struct {
	*run
	seed    uint64
	kind    catalog.Kind
	setting *setting
	world   world

	before, after state
	patched       bool
}

// state is an object at one moment.
type state struct {
	raw      []byte
	value    map[string]any
	object   policies.Object
	findings []policies.Finding
}

// choose lets the seed choose kind and setting.
func (r *run) choose(seed uint64) *trial {
	kinds, settings := uint64(len(r.kinds)), uint64(len(r.settings))
	return &trial{run: r, seed: seed, kind: r.kinds[seed%kinds], setting: &r.settings[seed/kinds%settings]}
}

// pass makes the object of the seed and lets it pass the webhook.
func (t *trial) pass() error {
	t.world = t.run.world(t.seed)
	raw, err := json.Marshal(t.generate(objects.New(t.schemas, t.seed), t.kind))
	if err != nil {
		return fmt.Errorf("the object is no JSON: %w", err)
	}
	if t.before, err = t.judge(raw); err != nil {
		return err
	}
	t.after = t.before
	edits := policies.Injections(t.before.findings)
	if len(edits) == 0 {
		return nil
	}
	t.patched = true
	t.seen.patched++
	if raw, err = patch(t.before, edits); err != nil {
		return err
	}
	t.after, err = t.judge(raw)
	return err
}

// judge reads an object as the webhook does, and evaluates it as a new one.
func (t *trial) judge(raw []byte) (state, error) {
	s := state{raw: raw}
	root, err := tree.ParseObject(raw)
	if err != nil {
		return s, fmt.Errorf("parsing: %w", err)
	}
	if err := kubejson.Unmarshal(raw, &s.value); err != nil {
		return s, fmt.Errorf("decoding: %w", err)
	}
	s.object = policies.NewObject(root)
	s.findings = t.create(s.object)
	return s, nil
}

func (t *trial) create(o policies.Object) []policies.Finding {
	return t.setting.evaluator.Review(policies.Review{Object: o}, t.world).Findings
}

func (t *trial) update(o policies.Object, old *tree.Node) []policies.Finding {
	return t.setting.evaluator.Review(policies.Review{Object: o, Old: old, Operation: policies.OperationUpdate}, t.world).Findings
}

func (t *trial) restore(o policies.Object, old *tree.Node) []policies.Edit {
	return t.setting.evaluator.Review(policies.Review{Object: o, Old: old, Operation: policies.OperationUpdate, EditsOnly: true}, t.world).Edits
}

// patch applies edits as an API server applies the webhook's answer.
func patch(s state, edits []policies.Edit) ([]byte, error) {
	data, err := json.Marshal(webhook.Patch(s.object.Root, edits))
	if err != nil {
		return nil, fmt.Errorf("the patch is no JSON: %w", err)
	}
	operations, err := jsonpatch.DecodePatch(data)
	if err != nil {
		return nil, fmt.Errorf("the patch %s: %w", data, err)
	}
	out, err := operations.Apply(s.raw)
	if err != nil {
		return nil, fmt.Errorf("applying the patch %s: %w", data, err)
	}
	return out, nil
}
