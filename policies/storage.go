package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/kms"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// instanceStorage is the instance type that decides whether a volume key belongs to an object.
type instanceStorage struct {
	storage catalog.Storage
	name    string
	path    tree.Path
	// unseen says why the name cannot be seen.
	unseen *open
	// ebs is an instance type with EBS volumes beside one that has local storage.
	ebs string
	// unsure is an instance type of unknown storage beside one that has local storage.
	unsure *instanceStorage
}

// judgeStorage decides what the instance types alone can decide: whether a
// volume key may be there at all. Local storage is encrypted by the instance's
// hardware, and AWS refuses a volume key on it ("You can't request a
// VolumeKmsKeyId when using an instance type with local storage"). What it does
// not decide is left to judgeKey; only on EBS volumes may a key be injected.
func (e *evaluation) judgeStorage(f *field, path tree.Path, value *tree.Node) (finding Finding, decided, wrong bool) {
	g, ok := e.instanceStorage(f, path)
	if !ok { // serverless: no volumes, nothing to ask for; what is set must still be a key
		if value.Missing() {
			return Finding{}, true, false
		}
		finding, wrong = e.judgeKey(f, path, value, false)
		return finding, true, wrong
	}
	switch {
	case g.storage == catalog.EBS:
		return Finding{}, false, false
	case g.storage == catalog.Local && e.settings.LocalStorage == Deny:
		return Finding{
			Reason:  LocalStorage,
			Path:    g.path,
			Problem: fmt.Sprintf("%s has local storage, which no KMS key can encrypt, and your organization does not allow it.", g.name),
			Remedy:  "Choose an instance type without local storage, for example of the families m5, c5, r5 or p3.",
		}, true, true
	case g.storage == catalog.Local && g.ebs != "" && e.settings.LocalStorage != Require:
		return mixedStorage(f, g), true, true
	case g.storage == catalog.Local && e.settings.LocalStorage != Require && !value.Missing():
		return e.forbiddenKey(path, g), true, true
	case g.unsure != nil && e.settings.LocalStorage != Require:
		return unknownBesideLocal(f, g), true, true
	case !value.Missing():
		finding, wrong = e.judgeKey(f, path, value, false)
		if (!wrong || finding.Reason == Unproven) && g.name != "" && !catalog.IsInstanceType(g.name) {
			return e.unknownStorage(f, path, g), true, true
		}
		return finding, true, wrong
	case g.storage == catalog.Unknown:
		return e.unknownStorage(f, path, g), true, true
	case e.settings.LocalStorage == Require:
		return e.requiredDespiteStorage(f, path, g), true, true
	}
	return Finding{}, true, false
}

// instanceStorage returns the instance type that weighs most: one with local storage
// forbids the key for all, an unknown one leaves it open. False means that
// nothing runs on instances.
func (e *evaluation) instanceStorage(f *field, path tree.Path) (instanceStorage, bool) {
	var seen instanceTypesSeen
	for i := range f.instanceTypes {
		t := &f.instanceTypes[i]
		pattern := t.path.Bind(path)
		e.search.walk(pattern, len(pattern)-1, func(at tree.Path, value *tree.Node) {
			value = e.parameters.resolve(value)
			switch {
			case !value.Missing():
				seen.add(instanceStorage{storage: e.instances.StorageOf(value.Text()), name: value.Text(), unseen: e.parameters.unseen(value)}, at)
			case t.unless != nil && !e.search.find(t.unless.Bind(at)).Absent():
				seen.serverless = true
			default:
				seen.addUnnamed(at, slices.ContainsFunc(pattern, tree.Step.IsAny))
			}
		})
	}
	switch {
	case seen.heaviest.storage == catalog.Local:
		g := seen.heaviest
		g.ebs = seen.ebs
		if seen.unknown.path != nil {
			g.unsure = &seen.unknown
		}
		return g, true
	case seen.heaviest.storage != "":
		return seen.heaviest, true
	case seen.unnamed != nil:
		return instanceStorage{storage: catalog.Unknown, path: seen.unnamed}, true
	case seen.serverless:
		return instanceStorage{}, false
	}
	return instanceStorage{storage: catalog.Unknown, path: concrete(f.instanceTypes[0].path.Bind(path))}, true
}

// instanceTypesSeen is what the instance types of one key come to.
type instanceTypesSeen struct {
	heaviest instanceStorage
	// unknown is the first whose storage is not known.
	unknown instanceStorage
	ebs     string
	// unnamed is the first place where none is named.
	unnamed    tree.Path
	serverless bool
}

func (s *instanceTypesSeen) add(g instanceStorage, at tree.Path) {
	if g.storage == catalog.EBS {
		s.ebs = g.name
	}
	heavier, unknown := weight(g.storage) > weight(s.heaviest.storage), g.storage == catalog.Unknown && s.unknown.path == nil
	if !heavier && !unknown {
		return
	}
	g.path = at.Clone()
	if heavier {
		s.heaviest = g
	}
	if unknown {
		s.unknown = g
	}
}

// addUnnamed adds a place without an instance type. Outside of lists it may be
// empty because another field names one.
func (s *instanceTypesSeen) addUnnamed(at tree.Path, listed bool) {
	if s.unnamed == nil {
		s.unnamed = at.Clone()
	}
	if listed && s.unknown.path == nil {
		s.unknown.path = at.Clone()
	}
}

func weight(s catalog.Storage) int {
	switch s {
	case catalog.Local:
		return 3
	case catalog.Unknown:
		return 2
	case catalog.EBS:
		return 1
	default:
		return 0
	}
}

func (e *evaluation) forbiddenKey(path tree.Path, g instanceStorage) Finding {
	at := path.Clone()
	return Finding{
		Reason:  LocalStorage,
		Path:    at,
		Problem: fmt.Sprintf("%s has local storage, which its hardware encrypts; AWS rejects the call if a volume key is set.", g.name),
		Remedy:  "Remove the field.",
		Fix:     []Edit{{Path: at}},
	}
}

// mixedStorage is what one key for several instance types comes to when one of
// them has local storage: AWS takes no key, and the EBS volumes go without. No
// value of the field mends that, whether a key is set or not.
func mixedStorage(f *field, g instanceStorage) Finding {
	return Finding{
		Reason:  LocalStorage,
		Path:    g.path,
		Problem: fmt.Sprintf("%s has local storage, so AWS rejects a volume key for the whole resource, and the EBS volumes of %s stay without one.", g.name, g.ebs),
		Remedy:  separateStorage(f),
	}
}

func separateStorage(f *field) string {
	if f.Kind.Name == "EndpointConfig" {
		return "Put the variants with local storage and those with EBS volumes into separate EndpointConfigs, each with its own Endpoint."
	}
	return "Run the instance types with local storage and those with EBS volumes in separate jobs."
}

// unknownBesideLocal is mixedStorage where the other may have EBS volumes or not.
func unknownBesideLocal(f *field, g instanceStorage) Finding {
	other := "the storage of another instance type is unknown"
	if g.unsure.name != "" {
		other = "the storage of " + quote(g.unsure.name) + " is unknown"
	}
	return Finding{
		Reason:  Unverifiable,
		Path:    g.unsure.path,
		Problem: fmt.Sprintf("%s has local storage, so AWS rejects a volume key for the whole resource, and %s: EBS volumes would stay without a key.", g.name, other),
		Remedy:  separateStorage(f),
	}
}

func (e *evaluation) unknownStorage(f *field, path tree.Path, g instanceStorage) Finding {
	finding := Finding{Reason: Unverifiable, Path: g.path}
	switch {
	case g.unseen != nil:
		finding.Problem = g.unseen.reason + ", so cmkgate cannot tell whether AWS accepts a volume key."
		finding.Remedy = g.unseen.remedy
	case g.name == "":
		finding.Problem = "no instance type is set, so cmkgate cannot tell whether AWS accepts a volume key."
		finding.Remedy = fmt.Sprintf("Set the instance type, or set %s to a key.", path)
	case kms.Placeholder(g.name) != "":
		finding.Problem = fmt.Sprintf("%s is a placeholder, not an instance type, so cmkgate cannot tell whether AWS accepts a volume key.", quote(g.name))
		finding.Remedy = "Set the instance type, for example ml.m5.xlarge."
	case e.instances.StorageOf(sagemakers(g.name)) != catalog.Unknown:
		finding.Problem = fmt.Sprintf("%s is not an instance type of SageMaker.", quote(g.name))
		finding.Remedy = fmt.Sprintf("Write %s.", quote(sagemakers(g.name)))
	case !catalog.IsInstanceType(g.name):
		finding.Problem = fmt.Sprintf("%s is not an instance type of SageMaker, so cmkgate cannot tell whether AWS accepts a volume key.", quote(g.name))
		finding.Remedy = "Write ml., the family and the size, for example ml.m5.xlarge."
	default:
		finding.Problem = fmt.Sprintf("the storage of %s is unknown, so cmkgate cannot tell whether AWS accepts a volume key.", quote(g.name))
		finding.Remedy = fmt.Sprintf("If its volumes are EBS, %s; otherwise ask your platform team to add the family to instanceFamilies.", e.setField(f, path))
	}
	return finding
}

// sagemakers is an instance type as SageMaker writes it.
func sagemakers(name string) string {
	return "ml." + strings.TrimPrefix(strings.ToLower(strings.TrimSpace(name)), "ml.")
}

func (e *evaluation) requiredDespiteStorage(f *field, path tree.Path, g instanceStorage) Finding {
	return Finding{
		Reason:  Missing,
		Path:    path.Clone(),
		Problem: fmt.Sprintf("no KMS key is set, and your organization requires one on every instance type, including %s with its local storage.", g.name),
		Remedy:  fmt.Sprintf("Choose an instance type without local storage and %s.", e.setField(f, path)),
	}
}

// setField is "set PATH to KEY" in the words that the default keys allow.
func (e *evaluation) setField(f *field, path tree.Path) string {
	if key, ok := e.defaultKey(f.Purpose); ok {
		return fmt.Sprintf("set %s to %s", path, key)
	}
	return fmt.Sprintf("set %s to a customer-managed key of %s", path, e.regionName())
}
