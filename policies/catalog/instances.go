package catalog

import (
	"maps"
	"strings"
)

// families says for each instance family of SageMaker whether its instances
// have local NVMe storage. Source: DescribeInstanceTypes of EC2 as published by
// Karpenter (label karpenter.k8s.aws/instance-local-nvme), crossed with the
// instance types of the SageMaker API. Families are homogeneous but for trn2.
func families() map[string]Storage {
	out := map[string]Storage{}
	for f := range strings.FieldsSeq(`
		c4 c5 c5n c6g c6gn c6i c6in c7g c7i c8g inf1 inf2 m4 m5 m6g m6i m7i m8g
		p2 p3 r5 r6g r6i r7i r8g t2 t3`) {
		out[f] = EBS
	}
	for f := range strings.FieldsSeq(`
		c5d c6gd c6id dl1 g4dn g5 g6 g6e g7e gr6 i3en m5d m6gd m6id p3dn p4d p4de
		p5 p5e p5en p6-b200 p6-b300 r5d r6gd r6id r7gd trn1 trn1n trn2`) {
		out[f] = Local
	}
	for f := range strings.FieldsSeq(`
		p6e-gb200 trn2.3xlarge geospatial`) { // no published data
		out[f] = Unknown
	}
	return out
}

// Instances looks up what storage an instance type has.
type Instances struct{ storage map[string]Storage }

// NewInstances is the built-in table with an organization's corrections: a
// family (g9) or a single type (trn2.3xlarge) to its storage.
func NewInstances(corrections map[string]Storage) Instances {
	table := families()
	maps.Copy(table, corrections)
	return Instances{table}
}

// maxTypeLength leaves room for what AWS may invent: the longest so far has 20 characters.
const maxTypeLength = 64

// StorageOf is the storage of an instance type as SageMaker spells it
// (ml.g5.xlarge); of anything else it is Unknown. The table is asked for the type, then for the family. Of an
// unknown family a d after the generation digit means local storage, as in
// every family that EC2 has named so; anything else is Unknown.
func (i Instances) StorageOf(instanceType string) Storage {
	name, ok := strings.CutPrefix(instanceType, "ml.")
	if !ok || len(name) > maxTypeLength {
		return Unknown
	}
	family, size, ok := strings.Cut(name, ".")
	if !ok || family == "" || size == "" || strings.Trim(size, letters+digits+"-") != "" {
		return Unknown
	}
	if s, ok := i.storage[name]; ok {
		return s
	}
	if s, ok := i.storage[family]; ok {
		return s
	}
	if namesLocalStorage(family) {
		return Local
	}
	return Unknown
}

// IsInstanceType reports whether a text is written as SageMaker spells
// an instance type: ml.FAMILY.SIZE.
func IsInstanceType(text string) bool {
	name, ok := strings.CutPrefix(text, "ml.")
	if !ok {
		return false
	}
	family, size, ok := strings.Cut(name, ".")
	return ok && strings.Trim(family, letters+digits+"-") == "" && family != "" && strings.Trim(size, letters+digits+"-") == "" && size != ""
}

const letters, digits = "abcdefghijklmnopqrstuvwxyz", "0123456789"

// namesLocalStorage reports whether a family is letters, digits and then letters with a d among them.
func namesLocalStorage(family string) bool {
	generation := strings.TrimLeft(family, letters)
	suffix := strings.TrimLeft(generation, digits)
	return generation != family && suffix != generation &&
		strings.Contains(suffix, "d") && strings.Trim(suffix, letters) == ""
}
