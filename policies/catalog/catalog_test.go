package catalog

import (
	"slices"
	"strings"
	"testing"
)

func TestRowsAreComplete(t *testing.T) {
	purposes := map[string]Purpose{volumePolicy: PurposeVolume, outputPolicy: PurposeOutput, storagePolicy: PurposeStorage, bucketPolicy: PurposeBucket}
	for _, f := range Fields() {
		name := f.Kind.Name + " " + f.Path
		if purpose, ok := purposes[f.Policy]; !ok || f.Purpose != purpose {
			t.Errorf("%s: policy %q evaluates purpose %q", name, f.Policy, f.Purpose)
		}
		if f.Accepts == 0 {
			t.Errorf("%s accepts no form of a key", name)
		}
		if f.Protects == "" || strings.HasSuffix(f.Protects, ".") {
			t.Errorf("%s protects %q", name, f.Protects)
		}
		if f.Consequence == "" || strings.HasSuffix(f.Consequence, ".") {
			t.Errorf("%s: no KMS key is set, so %s", name, f.Consequence)
		}
		if (f.OtherRegion || f.ReplacedBy != "") != (f.NoInjectReason != "") || strings.HasSuffix(f.NoInjectReason, ".") {
			t.Errorf("%s: never injected because %q", name, f.NoInjectReason)
		}
		if (f.Purpose == PurposeVolume && !strings.HasPrefix(f.Kind.Name, "Labeling")) != (len(f.InstanceTypes) > 0) {
			t.Errorf("%s: a volume key is governed by instance types %v", name, f.InstanceTypes)
		}
		if f.Purpose == PurposeOutput && len(f.Outputs) == 0 {
			t.Errorf("%s: which S3 URIs does the key encrypt?", name)
		}
		if f.ReplacedBy != "" && !slices.ContainsFunc(Fields(), func(g Field) bool { return g.Kind == f.Kind && g.Path == f.ReplacedBy }) {
			t.Errorf("%s: %s is no row", name, f.ReplacedBy)
		}
		// What governs a key in a list is looked for in the same element.
		for _, path := range f.governedBy() {
			if list, _, ok := strings.Cut(f.Path, "[*]"); ok && !strings.HasPrefix(path, list+"[*]") {
				t.Errorf("%s is governed by %s of another list", name, path)
			}
		}
	}
}

func (f Field) governedBy() []string {
	paths := slices.Clone(f.Outputs)
	for _, t := range f.InstanceTypes {
		paths = append(paths, t.Path)
	}
	if f.OnlyIf.Path != "" {
		paths = append(paths, f.OnlyIf.Path)
	}
	return paths
}

func TestFieldsAreGroupedByPolicyAndKind(t *testing.T) {
	total := 0
	for _, policy := range []string{volumePolicy, outputPolicy, storagePolicy, bucketPolicy} {
		fields, kinds := FieldsOf(policy), KindsOf(policy)
		total += len(fields)
		for _, f := range fields {
			if f.Policy != policy || !slices.Contains(kinds, f.Kind) {
				t.Errorf("%s has the row %s %s", policy, f.Kind.Name, f.Path)
			}
		}
		for i, kind := range kinds {
			if slices.Contains(kinds[:i], kind) {
				t.Errorf("%s lists %s twice", policy, kind.Name)
			}
		}
	}
	if total != len(Fields()) {
		t.Errorf("%d rows belong to a policy, of %d", total, len(Fields()))
	}
	if len(FieldsOf("no-such-policy")) != 0 || len(KindsOf("no-such-policy")) != 0 {
		t.Error("an unknown policy has rows")
	}
}

func TestCallersCannotChangeTheCatalog(t *testing.T) {
	Fields()[0].InstanceTypes = nil
	Fields()[0].Path = "changed"
	Fields()[1].InstanceTypes[0].Path = "changed"
	NewInstances(nil).storage["g5"] = EBS
	if f := Fields(); f[0].Path == "changed" || f[1].InstanceTypes[0].Path == "changed" || NewInstances(nil).StorageOf("ml.g5.xlarge") != Local {
		t.Error("what one caller changes, another one sees")
	}
}

func TestStorageOf(t *testing.T) {
	builtIn := NewInstances(nil)
	corrected := NewInstances(map[string]Storage{"g9": Local, "trn2.3xlarge": EBS, "m5": Unknown, "zz1d": EBS, "g9.special": EBS})
	for _, tt := range []struct {
		instanceType        string
		builtIn, correction Storage
	}{
		{"ml.m5.xlarge", EBS, Unknown},
		{"ml.p3.16xlarge", EBS, EBS},
		{"ml.p3dn.24xlarge", Local, Local},
		{"ml.g5.xlarge", Local, Local},
		{"ml.g4dn.xlarge", Local, Local},
		{"ml.p4d.24xlarge", Local, Local},
		{"ml.dl1.24xlarge", Local, Local},
		{"ml.p6-b200.48xlarge", Local, Local},
		{"ml.p6e-gb200.36xlarge", Unknown, Unknown},
		{"ml.trn2.48xlarge", Local, Local},
		{"ml.trn2.3xlarge", Unknown, EBS}, // a single type before its family
		{"ml.geospatial.interactive", Unknown, Unknown},
		{"ml.c7i.metal-24xl", EBS, EBS},
		// Families of tomorrow.
		{"ml.g9.xlarge", Unknown, Local},
		{"ml.g9.special", Unknown, EBS},
		{"ml.m9gd.xlarge", Local, Local},
		{"ml.zz1d.xlarge", Local, EBS},
		{"ml.x2idn.16xlarge", Local, Local},
		{"ml.d3.xlarge", Unknown, Unknown}, // the d before the digit is the family's name
		{"ml.hpc7g.xlarge", Unknown, Unknown},
		{"ml.dd.xlarge", Unknown, Unknown},
		{"ml.5d.xlarge", Unknown, Unknown},
		{"ml.p9-d200.xlarge", Unknown, Unknown},
		{"ml.m5d2.xlarge", Unknown, Unknown},
		// What is no instance type.
		{"", Unknown, Unknown},
		{"ml.", Unknown, Unknown},
		{"ml.g5", Unknown, Unknown},
		{"ml.g5.", Unknown, Unknown},
		{"ml..xlarge", Unknown, Unknown},
		{"g5.xlarge", Unknown, Unknown},
		{"ML.g5.xlarge", Unknown, Unknown},
		{"ml.G5.xlarge", Unknown, Unknown},
		{"ml.g5.XLARGE", Unknown, Unknown},
		{" ml.g5.xlarge", Unknown, Unknown},
		{"ml.g5.xlarge ", Unknown, Unknown},
		{"ml.g5.xlarge.2", Unknown, Unknown},
		{"ml.g5.xlarge\nml.m5.xlarge", Unknown, Unknown},
	} {
		if got := builtIn.StorageOf(tt.instanceType); got != tt.builtIn {
			t.Errorf("the storage of %q is %s, want %s", tt.instanceType, got, tt.builtIn)
		}
		if got := corrected.StorageOf(tt.instanceType); got != tt.correction {
			t.Errorf("with corrections the storage of %q is %s, want %s", tt.instanceType, got, tt.correction)
		}
	}
}

// The rule for families of tomorrow must not contradict what is known today.
func TestTheRuleForUnknownFamiliesHoldsForTheKnownOnes(t *testing.T) {
	for family, storage := range families() {
		if namesLocalStorage(family) && storage != Local {
			t.Errorf("%s has a d after its generation and is %s", family, storage)
		}
	}
}
