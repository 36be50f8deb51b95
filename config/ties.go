package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// maxKeyNamespaces bounds the namespace patterns of all default keys together,
// because finding ties compares each with each.
const maxKeyNamespaces = 1000

// ties reports default keys between which nothing decides: two different keys of
// one region and account that have the same number of constraints and could
// both serve a resource. Between accounts the resource's own decides.
func (l *loader) ties(list tree.Path, keys []policies.DefaultKey) {
	total := 0
	for i := range keys {
		if total += max(len(keys[i].Namespaces), 1); total > maxKeyNamespaces {
			l.report.at(element(list, i), fmt.Sprintf("with this entry the list has more than %d namespace patterns.", maxKeyNamespaces),
				"Use fewer patterns, or labels and overrides.")
			return
		}
	}
	type rank struct {
		region, account string
		constraints     int
	}
	equals := map[rank][]int{}
	for i := range keys {
		k := rank{keys[i].Key.Region, keys[i].Key.Account, keys[i].Specificity()}
		for _, j := range equals[k] {
			if contest := tie(&keys[j], &keys[i]); contest != "" {
				other := l.report.doc.valueOf(l.report.doc.root.Find(element(list, j)))
				l.report.at(element(list, i),
					fmt.Sprintf("ties with %s on line %d: either could be used for %s.", element(list, j), other.line, contest),
					"Give one of them namespaces or purposes that the other does not have.")
				break
			}
		}
		equals[k] = append(equals[k], i)
	}
}

// tie describes what two equally specific entries could both be used for, "" for nothing.
func tie(a, b *policies.DefaultKey) string {
	if a.Key == b.Key {
		return ""
	}
	purposes, ok := sharedPurposes(a.Purposes, b.Purposes)
	if !ok {
		return ""
	}
	namespaces, ok := sharedNamespaces(a.Namespaces, b.Namespaces)
	if !ok {
		return ""
	}
	return purposes + " in " + namespaces
}

func sharedPurposes(a, b []catalog.Purpose) (string, bool) {
	if len(a) == 0 {
		a = b
	}
	if len(b) == 0 {
		b = a
	}
	if len(a) == 0 {
		return "every purpose", true
	}
	var shared []string
	for _, p := range a {
		if slices.Contains(b, p) {
			shared = append(shared, string(p))
		}
	}
	return strings.Join(shared, ", "), len(shared) > 0
}

func sharedNamespaces(a, b []string) (string, bool) {
	if len(a) == 0 {
		a = b
	}
	if len(b) == 0 {
		b = a
	}
	if len(a) == 0 {
		return "every namespace", true
	}
	for _, p := range a {
		for _, q := range b {
			if p == q {
				return fmt.Sprintf("namespaces that match %q", p), true
			}
			if overlap(p, q) {
				return fmt.Sprintf("namespaces that match both %q and %q", p, q), true
			}
		}
	}
	return "", false
}
