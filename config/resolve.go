package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/cmkgate/cmkgate/config/v1alpha1"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/kms"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// loader checks a decoded file field by field and resolves it on the way.
type loader struct {
	file   *v1alpha1.Config
	known  []policies.Policy
	report *report
}

// settings are only complete when nothing was reported.
func (l *loader) settings() policies.Settings {
	s := policies.Settings{
		Region:       l.region(),
		Account:      l.account(field("aws", "accountID"), l.file.AWS.AccountID),
		DefaultKeys:  l.defaultKeys(),
		LocalStorage: policies.LocalStorageMode(l.file.LocalStorage),
		Unverifiable: policies.Warn,
		Families:     l.families(),
		Policies:     l.policies(),
		Overrides:    l.overrides(),

		CompliantBuckets: l.buckets("compliantBuckets", "sagemaker-data-source", l.file.CompliantBuckets),
		LogBuckets:       l.buckets("logBuckets", "s3-bucket-key", l.file.LogBuckets),
	}
	if l.file.Unverifiable == v1alpha1.UnverifiableDeny {
		s.Unverifiable = policies.Enforce
	}
	s.Trusted = l.trusted(s.DefaultKeys)
	s.Denied = l.denied(s.DefaultKeys, s.Trusted.Keys)
	return s
}

func (l *loader) region() string {
	path, region := field("aws", "region"), string(l.file.AWS.Region)
	switch {
	case region == "":
		l.report.at(path, "is required.", "Write the region that the ACK controllers work in, for example eu-west-1.")
	case !kms.IsRegion(region):
		l.report.at(path, quote(region)+" is not an AWS region.", "Write one like eu-west-1.")
	}
	return region
}

// account checks an account number; it may be absent.
func (l *loader) account(path tree.Path, id v1alpha1.AccountID) string {
	if id != "" && !kms.IsAccount(string(id)) {
		l.report.at(path, quote(string(id))+" is not an AWS account number.", `Write its 12 digits in quotes, like "111122223333".`)
	}
	return string(id)
}

// buckets reads a list of buckets that a policy leaves alone.
func (l *loader) buckets(name string, policy policies.ID, patterns []v1alpha1.BucketPattern) []string {
	valid := regexp.MustCompile(v1alpha1.BucketPattern("").Pattern())
	out := make([]string, 0, len(patterns))
	for i, pattern := range patterns {
		path := element(field(name), i)
		switch {
		case !valid.MatchString(string(pattern)):
			l.report.at(path, quote(string(pattern))+" cannot match any bucket.", "Write the name of a bucket, without s3://; * matches any characters, ? matches one.")
		case strings.Trim(string(pattern), "*?") == "":
			l.report.at(path, quote(string(pattern))+" matches every bucket.", "Name the buckets, or write policies: {"+policy+": {mode: Off}}.")
		}
		out = append(out, string(pattern))
	}
	return out
}

// families takes the ml. off instance types, as the catalog does.
func (l *loader) families() map[string]catalog.Storage {
	pattern := regexp.MustCompile(v1alpha1.InstanceType("").Pattern())
	out := make(map[string]catalog.Storage, len(l.file.InstanceFamilies))
	for name, storage := range l.file.InstanceFamilies {
		path := field("instanceFamilies", string(name))
		bare, prefixed := strings.CutPrefix(string(name), "ml.")
		_, both := l.file.InstanceFamilies[v1alpha1.InstanceType(bare)]
		switch {
		case !pattern.MatchString(string(name)):
			l.report.atName(path, quote(string(name))+" is not an instance family or type.", "Write one like g5 or trn2.3xlarge.")
		case prefixed && both:
			l.report.atName(path, "is the same as instanceFamilies."+bare+".", "Keep one.")
		case storage == "":
			l.report.at(path, "has no storage.", "Write "+oneOf(storage.Values())+".")
		}
		out[bare] = catalog.Storage(storage)
	}
	return out
}

// policies resolves the settings of every known policy.
func (l *loader) policies() map[policies.ID]policies.PolicySettings {
	changes := l.changes(field("policies"), l.file.Policies)
	out := make(map[policies.ID]policies.PolicySettings, len(l.known))
	for _, p := range l.known {
		settings := policies.PolicySettings{Mode: p.Default, Inject: p.Injects}
		if mode := changes[p.ID].Mode; mode != nil {
			settings.Mode = *mode
		}
		if inject := changes[p.ID].Inject; inject != nil {
			settings.Inject = *inject
		}
		out[p.ID] = settings
	}
	return out
}

// changes checks settings of policies, at the top or in an override.
func (l *loader) changes(path tree.Path, in map[v1alpha1.PolicyID]v1alpha1.PolicySettings) map[policies.ID]policies.PolicyOverride {
	injects := make(map[policies.ID]bool, len(l.known))
	ids := make([]string, 0, len(l.known))
	for _, p := range l.known {
		injects[p.ID] = p.Injects
		ids = append(ids, p.ID)
	}
	out := make(map[policies.ID]policies.PolicyOverride, len(in))
	for key, settings := range in {
		id, at := string(key), path.Child(tree.Key(string(key)))
		if _, known := injects[id]; !known {
			l.report.atName(at, "is not a policy.", suggest(id, ids))
			continue
		}
		if settings.Inject != nil && *settings.Inject && !injects[id] {
			l.report.at(at.Child(tree.Key("inject")), id+" sets no fields, so it cannot inject.", "Remove the field or write false.")
		}
		change := policies.PolicyOverride{Inject: settings.Inject}
		if settings.Mode != "" {
			mode := policies.Mode(settings.Mode)
			change.Mode = &mode
		}
		out[id] = change
	}
	return out
}

func (l *loader) overrides() []policies.Override {
	out := make([]policies.Override, 0, len(l.file.Overrides))
	for i, in := range l.file.Overrides {
		path := element(field("overrides"), i)
		if len(in.Namespaces) == 0 && len(in.Labels) == 0 {
			l.report.at(path, "does not say where it applies.", "Add namespaces or labels; what applies everywhere belongs under policies.")
		}
		if len(in.Policies) == 0 {
			l.report.at(path.Child(tree.Key("policies")), "is required.", "Write what differs there, like {s3-bucket-key: {mode: Warn}}.")
		}
		out = append(out, policies.Override{
			Namespaces: l.namespaces(path.Child(tree.Key("namespaces")), in.Namespaces),
			Labels:     l.labels(path.Child(tree.Key("labels")), in.Labels),
			Policies:   l.changes(path.Child(tree.Key("policies")), in.Policies),
		})
	}
	return out
}

func (l *loader) namespaces(path tree.Path, in []v1alpha1.NamespacePattern) []string {
	valid := regexp.MustCompile(v1alpha1.NamespacePattern("").Pattern())
	out := make([]string, 0, len(in))
	for i, pattern := range in {
		if !valid.MatchString(string(pattern)) {
			l.report.at(element(path, i), quote(string(pattern))+" cannot match any namespace.",
				"Write up to 63 lower-case letters, digits and hyphens; * matches any characters, ? matches one.")
		}
		out = append(out, string(pattern))
	}
	return out
}

func (l *loader) labels(path tree.Path, in map[v1alpha1.LabelKey]v1alpha1.LabelValue) map[string]string {
	validKey := regexp.MustCompile(v1alpha1.LabelKey("").Pattern())
	validValue := regexp.MustCompile(v1alpha1.LabelValue("").Pattern())
	out := make(map[string]string, len(in))
	for key, value := range in {
		at := path.Child(tree.Key(string(key)))
		if !validKey.MatchString(string(key)) {
			l.report.atName(at, "is not the key of a label.", "Write one like team or example.com/team.")
		} else if !validValue.MatchString(string(value)) {
			l.report.at(at, quote(string(value))+" is not the value of a label.",
				"Write it as on the namespace: up to 63 letters, digits and . _ -; patterns are not supported here.")
		}
		out[string(key)] = string(value)
	}
	return out
}

func (l *loader) ackNamespace() string {
	name := string(l.file.ACKNamespace)
	if name == "" {
		name = string(v1alpha1.Default().ACKNamespace)
	}
	if !regexp.MustCompile(v1alpha1.NamespaceName("").Pattern()).MatchString(name) {
		l.report.at(field("ackNamespace"), quote(name)+" is not a namespace name.", "Write the namespace of the ACK controllers, like ack-system.")
	}
	return name
}

func (l *loader) controllers() []string {
	if len(l.file.Controllers) == 0 {
		l.file.Controllers = v1alpha1.Default().Controllers
	}
	out := make([]string, 0, len(l.file.Controllers))
	for i, name := range l.file.Controllers {
		path := element(field("controllers"), i)
		remedy := "Write a user name like system:serviceaccount:NAMESPACE:NAME."
		switch {
		case name == "":
			l.report.at(path, "is empty.", remedy)
		case strings.Trim(string(name), "*?") == "":
			l.report.at(path, quote(string(name))+" matches every user, so nothing would be checked.", remedy)
		}
		out = append(out, string(name))
	}
	return out
}

// hash identifies a resolved configuration. Maps are written with sorted keys,
// so equal configurations have equal hashes.
func hash(c *Config) (string, error) {
	data, err := json.Marshal(map[string]any{"settings": &c.Settings, "ackNamespace": c.ACKNamespace, "controllers": c.Controllers})
	if err != nil {
		return "", fmt.Errorf("hash the configuration: %w", err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])[:12], nil
}
