// Package kms knows what a reference to a KMS key is: a key ID, a key ARN, an
// alias name or an alias ARN, and which partition, region and account it names.
package kms

import (
	"errors"
	"fmt"
	"strings"
)

// Form is the way a key is written. Values combine to a set, because each AWS
// API field accepts its own selection of forms.
type Form uint8

// The forms of a key reference, as the KmsKeyId parameters of AWS document them.
const (
	KeyID Form = 1 << iota
	KeyARN
	AliasName
	AliasARN

	AnyForm = KeyID | KeyARN | AliasName | AliasARN
)

// String names the form for messages.
func (f Form) String() string {
	switch f {
	case KeyID:
		return "key ID"
	case KeyARN:
		return "key ARN"
	case AliasName:
		return "alias"
	case AliasARN:
		return "alias ARN"
	default:
		var names []string
		for _, one := range []Form{KeyID, KeyARN, AliasName, AliasARN} {
			if f&one != 0 {
				names = append(names, one.String())
			}
		}
		return strings.Join(names, " or ")
	}
}

// Reference is a parsed key reference.
type Reference struct {
	Form Form
	// Partition, Region and Account are empty for a bare key ID or alias name,
	// which AWS resolves in the caller's region and account.
	Partition string
	Region    string
	Account   string
	// Name is the key ID (a UUID or mrk-…) or the alias with its alias/ prefix.
	Name string
}

// maxLength is the length limit of the KmsKeyId shape of the SageMaker API.
const maxLength = 2048

// Parse reads a key reference. The error says what is wrong with the text, as
// the second half of a sentence: "… is not a KMS key: <error>".
func Parse(s string) (Reference, error) {
	r, err := parse(s)
	if err != nil && len(s) <= maxLength {
		if placeholder := Placeholder(s); placeholder != "" {
			return r, fmt.Errorf("it still has the placeholder %q", placeholder)
		}
	}
	return r, err
}

func parse(s string) (Reference, error) {
	switch {
	case s == "":
		return Reference{}, errors.New("it is empty")
	case len(s) > maxLength:
		return Reference{}, fmt.Errorf("it is longer than %d characters", maxLength)
	case strings.HasPrefix(s, "arn:"):
		return parseARN(s)
	case strings.HasPrefix(s, "alias/"):
		if err := checkAlias(s); err != nil {
			return Reference{}, err
		}
		return Reference{Form: AliasName, Name: s}, nil
	case isKeyID(s):
		return Reference{Form: KeyID, Name: s}, nil
	case strings.HasPrefix(s, "key/") && isKeyID(s[len("key/"):]):
		return Reference{}, errors.New("a key ID has no key/ prefix")
	case isKeyID(strings.ToLower(s)):
		return Reference{}, errors.New("a key ID is lowercase")
	default:
		return Reference{}, errors.New("want arn:aws:kms:REGION:ACCOUNT:key/KEY-ID, a key ID or alias/NAME")
	}
}

func parseARN(s string) (Reference, error) {
	var parts [6]string
	for i := range 5 {
		var more bool
		if parts[i], s, more = strings.Cut(s, ":"); !more {
			return Reference{}, errors.New("an ARN has six parts: arn:PARTITION:kms:REGION:ACCOUNT:key/KEY-ID")
		}
	}
	parts[5] = s
	r := Reference{Partition: parts[1], Region: parts[3], Account: parts[4]}
	if parts[2] != "kms" {
		return Reference{}, fmt.Errorf("it is an ARN of the service %q, not of kms", parts[2])
	}
	if !IsRegion(r.Region) {
		return Reference{}, fmt.Errorf("%q is not an AWS region", r.Region)
	}
	if want := PartitionOf(r.Region); r.Partition != want {
		return Reference{}, fmt.Errorf("region %s is in partition %s, not %q", r.Region, want, r.Partition)
	}
	if digits := len(r.Account); digits > 0 && digits != 12 && consistsOf(r.Account, "0123456789") {
		return Reference{}, fmt.Errorf("%q is not an AWS account number: it has %d digits, not 12", r.Account, digits)
	}
	if !IsAccount(r.Account) {
		return Reference{}, fmt.Errorf("%q is not an AWS account number of 12 digits", r.Account)
	}
	return r.resource(parts[5])
}

func (r Reference) resource(s string) (Reference, error) {
	if id, ok := strings.CutPrefix(s, "key/"); ok {
		if !isKeyID(id) {
			return Reference{}, fmt.Errorf("%q is not a key ID (a UUID, or mrk- and 32 hex digits, in lower case)", id)
		}
		r.Form, r.Name = KeyARN, id
		return r, nil
	}
	if strings.HasPrefix(s, "alias/") {
		if err := checkAlias(s); err != nil {
			return Reference{}, err
		}
		r.Form, r.Name = AliasARN, s
		return r, nil
	}
	return Reference{}, fmt.Errorf("the ARN's resource is %q, want key/KEY-ID or alias/NAME", s)
}

// checkAlias checks an alias against KMS CreateAlias: 1 to 256 characters of
// a fixed set, the prefix included.
func checkAlias(s string) error {
	if s == "alias/" {
		return errors.New("the alias has no name")
	}
	if len(s) > 256 {
		return errors.New("an alias has at most 256 characters")
	}
	for _, c := range s {
		if !isAlphanumeric(c) && !strings.ContainsRune("/_-", c) {
			return fmt.Errorf("an alias cannot contain %q", c)
		}
	}
	return nil
}

// String writes the reference as AWS takes it.
func (r Reference) String() string {
	switch r.Form {
	case KeyARN:
		return "arn:" + r.Partition + ":kms:" + r.Region + ":" + r.Account + ":key/" + r.Name
	case AliasARN:
		return "arn:" + r.Partition + ":kms:" + r.Region + ":" + r.Account + ":" + r.Name
	default:
		return r.Name
	}
}

// In gives a bare key ID or alias name the region and account that AWS
// resolves it in; an ARN stays as it is.
func (r Reference) In(region, account string) Reference {
	switch r.Form {
	case KeyID:
		r.Form = KeyARN
	case AliasName:
		r.Form = AliasARN
	default:
		return r
	}
	r.Partition, r.Region, r.Account = PartitionOf(region), region, account
	return r
}

// IsAlias reports whether the reference is an alias, by name or ARN. An alias
// can be pointed at another key at any time.
func (r Reference) IsAlias() bool { return r.Form&(AliasName|AliasARN) != 0 }

// AWSManaged reports whether the reference is an alias that KMS reserves for
// keys that AWS manages (KMS CreateAlias: "alias/aws/ is reserved"). A key ID
// or key ARN does not reveal who manages the key.
func (r Reference) AWSManaged() bool {
	return r.IsAlias() && strings.HasPrefix(r.Name, "alias/aws/")
}

// MultiRegion reports whether the key is a multi-Region key: its replicas
// have the same ID in other regions.
func (r Reference) MultiRegion() bool { return strings.HasPrefix(r.Name, "mrk-") }

// isKeyID accepts a UUID and the ID of a multi-Region key, in the lower case that KMS gives them.
func isKeyID(s string) bool {
	if hex, ok := strings.CutPrefix(s, "mrk-"); ok {
		return len(hex) == 32 && isHex(hex)
	}
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return false
	}
	return isHex(s[:8]) && isHex(s[9:13]) && isHex(s[14:18]) && isHex(s[19:23]) && isHex(s[24:])
}

func isHex(s string) bool {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func isAlphanumeric(c rune) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// IsAccount reports whether s is an AWS account number.
func IsAccount(s string) bool {
	if len(s) != 12 {
		return false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
