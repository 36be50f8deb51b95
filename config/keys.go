package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/kms"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// defaultKeys keeps the order and the length of the file's list.
func (l *loader) defaultKeys() []policies.DefaultKey {
	list := field("defaultKeys")
	out := make([]policies.DefaultKey, 0, len(l.file.DefaultKeys))
	for i, in := range l.file.DefaultKeys {
		path := element(list, i)
		key := policies.DefaultKey{
			Key:        l.keyARN(path.Child(tree.Key("arn")), string(in.ARN)),
			Namespaces: l.namespaces(path.Child(tree.Key("namespaces")), in.Namespaces),
		}
		for _, purpose := range in.Purposes {
			key.Purposes = append(key.Purposes, catalog.Purpose(purpose))
		}
		out = append(out, key)
	}
	if l.report.clean(list) { // ties of keys that are wrong themselves would mislead
		l.ties(list, out)
	}
	return out
}

// keyARN reads the ARN of a key and of nothing else.
func (l *loader) keyARN(path tree.Path, text string) kms.Reference {
	if text == "" {
		l.report.at(path, "is required.", l.writeARN(kms.Reference{}))
		return kms.Reference{}
	}
	ref, err := kms.Parse(text)
	switch {
	case err != nil && strings.HasPrefix(text, "arn:"):
		l.report.at(path, fmt.Sprintf("%s is not a key ARN: %v.", quote(text), err), l.writeARN(ref))
	case err != nil:
		l.report.at(path, quote(text)+" is not a key ARN.", l.writeARN(ref))
	case ref.IsAlias():
		l.report.at(path, fmt.Sprintf("%s is not a key ARN but an %s, which can be pointed at another key at any time.", quote(text), ref.Form), l.writeARN(ref))
	case ref.Form != kms.KeyARN:
		l.report.at(path, fmt.Sprintf("%s is not a key ARN but a %s, which has neither region nor account.", quote(text), ref.Form), l.writeARN(ref))
	}
	return ref
}

// writeARN shows the ARN to write, with all of it that the file tells.
func (l *loader) writeARN(ref kms.Reference) string {
	region, account, id := "REGION", "ACCOUNT", "KEY-ID"
	if kms.IsRegion(string(l.file.AWS.Region)) {
		region = string(l.file.AWS.Region)
	}
	if kms.IsAccount(string(l.file.AWS.AccountID)) {
		account = string(l.file.AWS.AccountID)
	}
	if ref.Form == kms.KeyID {
		id = ref.Name
	}
	return fmt.Sprintf("Write arn:%s:kms:%s:%s:key/%s.", kms.PartitionOf(region), region, account, id)
}

// trusted resolves the accounts and keys that a person may name.
func (l *loader) trusted(defaults []policies.DefaultKey) policies.TrustedKeys {
	in, path := l.file.TrustedKeys, field("trustedKeys")
	var out policies.TrustedKeys
	for i, id := range in.Accounts {
		at := element(path.Child(tree.Key("accounts")), i)
		if id == "" {
			l.report.at(at, "is empty.", `Write the 12 digits of an account in quotes, like "111122223333".`)
		}
		out.Accounts = append(out.Accounts, l.account(at, id))
	}
	for i, arn := range in.ARNs {
		out.Keys = append(out.Keys, l.trustedARN(element(path.Child(tree.Key("arns")), i), string(arn)))
	}
	if len(out.Accounts)+len(out.Keys) > 0 {
		out.Accounts = unique(out.Accounts)
		return out
	}
	for _, key := range defaults {
		out.Accounts = append(out.Accounts, key.Key.Account)
	}
	if len(defaults) == 0 && l.file.AWS.AccountID != "" {
		out.Accounts = []string{string(l.file.AWS.AccountID)}
	}
	if len(out.Accounts) == 0 && len(l.report.problems) == 0 {
		l.report.at(path, "no keys are configured.",
			"Add defaultKeys to inject keys, or trustedKeys or aws.accountID to only check.")
	}
	out.Accounts = unique(out.Accounts)
	return out
}

// denied resolves the keys that nobody may name.
func (l *loader) denied(defaults []policies.DefaultKey, trusted []kms.Reference) []kms.Reference {
	var out []kms.Reference
	for i, arn := range l.file.DeniedKeys {
		at := element(field("deniedKeys"), i)
		ref := l.trustedARN(at, string(arn))
		switch {
		case slices.ContainsFunc(defaults, func(k policies.DefaultKey) bool { return k.Key == ref }):
			l.report.at(at, quote(string(arn))+" is also in defaultKeys.", "Remove it here or there.")
		case slices.Contains(trusted, ref):
			l.report.at(at, quote(string(arn))+" is also in trustedKeys.arns.", "Remove it here or there.")
		}
		out = append(out, ref)
	}
	return out
}

func (l *loader) trustedARN(path tree.Path, text string) kms.Reference {
	remedy := fmt.Sprintf("%s or the ARN of an alias.", strings.TrimSuffix(l.writeARN(kms.Reference{}), "."))
	ref, err := kms.Parse(text)
	switch {
	case err != nil && strings.HasPrefix(text, "arn:"):
		l.report.at(path, fmt.Sprintf("%s is not the ARN of a key or an alias: %v.", quote(text), err), remedy)
	case err != nil || ref.Form&(kms.KeyARN|kms.AliasARN) == 0:
		l.report.at(path, quote(text)+" is not the ARN of a key or an alias.", remedy)
	case ref.AWSManaged():
		l.report.at(path, quote(text)+" is managed by AWS and is never trusted.", "Remove it.")
	}
	return ref
}

// unique drops what stands there already.
func unique(list []string) []string {
	seen := make(map[string]bool, len(list))
	var out []string
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}
