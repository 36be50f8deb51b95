package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cmkgate/cmkgate/config"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/kms"
)

type initOptions struct {
	keys    []string
	region  string
	account string
	file    string
	force   bool
}

const initHelp = `init writes a commented cmkgate.yaml: the configuration for check and the webhook.

It needs the ARN of your organization's KMS key, one for each region that you work in. If not set,
region and account of the ACK controllers are those of the first key. On a terminal init asks for
what is missing; elsewhere it uses only the flags. An existing file is never overwritten without
--force.`

func newInit() *cobra.Command {
	var o initOptions
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a first configuration",
		Long:  initHelp,
		Example: `  cmkgate init                                          asks
  cmkgate init --key arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111`,
		Args: cobra.NoArgs,
		RunE: o.run,
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.keys, "key", nil, "the `ARN` of the KMS key of a region, repeatable")
	flags.StringVar(&o.region, "region", "", "the region that the ACK controllers work in; by default that of the first key")
	flags.StringVar(&o.account, "account", "", "the AWS account of the ACK controllers; by default that of the first key")
	flags.StringVarP(&o.file, "file", "f", config.FileName, "the `file` to write")
	flags.BoolVar(&o.force, "force", false, "overwrite an existing file")
	return cmd
}

func (o *initOptions) run(cmd *cobra.Command, _ []string) error {
	if _, err := os.Lstat(o.file); err == nil && !o.force {
		return fmt.Errorf("init: %s already exists; overwrite it with --force, or choose another with --file", o.file)
	}
	if stdin, ok := cmd.InOrStdin().(*os.File); ok && isTerminal(stdin) && len(o.keys) == 0 {
		if err := o.ask(stdin, cmd.ErrOrStderr()); err != nil {
			return err
		}
	}
	text, err := o.text()
	if err != nil {
		return err
	}
	if _, err := config.Load(o.file, []byte(text), policies.All()); err != nil {
		return fmt.Errorf("init: the configuration would be invalid, so nothing was written:\n%w", err)
	}
	if err := o.write(text); err != nil {
		return fmt.Errorf("init: %w", err)
	}
	cmd.PrintErrf("cmkgate: wrote %s. Next: cmkgate check .\n", o.file)
	return nil
}

// write makes the file, or replaces it where that is allowed.
func (o *initOptions) write(text string) error {
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if o.force {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(o.file, flags, 0o644) //nolint:gosec // it is not a secret, and others read it
	if err != nil {
		return err //nolint:wrapcheck // it names the file
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// ask asks a person for the keys, and shows what follows from the first one.
func (o *initOptions) ask(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	question := func(text, otherwise string) (string, error) {
		if otherwise != "" {
			text += " [" + otherwise + "]"
		}
		fmt.Fprint(out, text+": ") //nolint:errcheck // a terminal
		if !lines.Scan() {
			return "", errors.New("init: nothing was written")
		}
		if answer := strings.TrimSpace(lines.Text()); answer != "" {
			return answer, nil
		}
		return otherwise, nil
	}
	for len(o.keys) == 0 {
		key, err := question("ARN of your organization's KMS key", "")
		if err != nil {
			return err
		}
		if _, err := keyARN(key); err != nil {
			fmt.Fprintln(out, err) //nolint:errcheck // a terminal
			continue
		}
		o.keys = []string{key}
	}
	ref, _ := keyARN(o.keys[0])
	var err error
	if o.region, err = question("Region that the ACK controllers work in", first(o.region, ref.Region)); err != nil {
		return err
	}
	if o.account, err = question("AWS account of the ACK controllers", first(o.account, ref.Account)); err != nil {
		return err
	}
	return o.askForMore(question, out)
}

// askForMore asks for the keys of other regions, until the ACK controllers' own has one.
func (o *initOptions) askForMore(question func(text, otherwise string) (string, error), out io.Writer) error {
	for {
		which := "another region, or nothing"
		if !o.hasKeyIn(o.region) {
			which = o.region
		}
		key, err := question("ARN of the key of "+which, "")
		if err != nil || key == "" && o.hasKeyIn(o.region) {
			return err
		}
		if _, err := keyARN(key); err != nil {
			fmt.Fprintln(out, err) //nolint:errcheck // a terminal
			continue
		}
		o.keys = append(o.keys, key)
	}
}

func (o *initOptions) hasKeyIn(region string) bool {
	return slices.ContainsFunc(o.keys, func(key string) bool {
		ref, err := keyARN(key)
		return err == nil && ref.Region == region
	})
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// keyARN reads what must be the ARN of a key.
func keyARN(text string) (kms.Reference, error) {
	ref, err := kms.Parse(text)
	switch {
	case err != nil:
		return ref, fmt.Errorf("init: %q is not the ARN of a KMS key: %w", text, err)
	case ref.Form != kms.KeyARN:
		return ref, fmt.Errorf("init: %q is %s; want the ARN of a key: arn:aws:kms:REGION:ACCOUNT:key/KEY-ID", text, ref.Form)
	}
	return ref, nil
}

// text is the configuration with its comments.
func (o *initOptions) text() (string, error) {
	if len(o.keys) == 0 {
		return "", errors.New("init: pass the KMS key of your organization: --key arn:aws:kms:REGION:ACCOUNT:key/KEY-ID, one for each region")
	}
	var keys strings.Builder
	for i, key := range o.keys {
		ref, err := keyARN(key)
		if err != nil {
			return "", err
		}
		if i == 0 {
			o.region, o.account = first(o.region, ref.Region), first(o.account, ref.Account)
		}
		fmt.Fprintf(&keys, "  - arn: %s\n", key)
	}
	if !kms.IsRegion(o.region) {
		return "", fmt.Errorf("init: --region %q is not an AWS region, for example eu-west-1", o.region)
	}
	if !o.hasKeyIn(o.region) {
		return "", fmt.Errorf("init: no key is in %[1]s, where the ACK controllers work, so nothing could be created there: add --key arn:aws:kms:%[1]s:ACCOUNT:key/KEY-ID, or choose another --region", o.region)
	}
	if !kms.IsAccount(o.account) {
		return "", fmt.Errorf("init: --account %q is not a 12-digit AWS account ID", o.account)
	}
	return fmt.Sprintf(initialConfig, o.region, o.account, keys.String()), nil
}

const initialConfig = `# The organization's KMS keys. "cmkgate check" and the webhook read this file.
# Every field: https://github.com/cmkgate/cmkgate/blob/main/docs/configuration.md
apiVersion: cmkgate.io/v1alpha1
kind: Config

# The defaults of the ACK controllers, unless a resource or its namespace sets its own.
aws:
  region: %s
  accountID: "%s"

# The keys for resources that set none, one for each region. Region and account
# are those of the ARN. A team can have its own key:
#   - arn: arn:aws:kms:REGION:ACCOUNT:key/KEY-ID
#     namespaces: [fraud-*]
#     purposes: [output, bucket]
defaultKeys:
%s
# The keys that people may use. If omitted: every key of the accounts above.
# trustedKeys:
#   accounts: ["111122223333"]
#   arns: []

# How strict each policy is: Enforce, Warn, Audit or Off. "cmkgate policies" lists
# them with their defaults; to start carefully, warn first.
# policies:
#   sagemaker-volume-key: {mode: Warn}

# Changes for some namespaces.
# overrides:
#   - namespaces: [sandbox-*]
#     policies: {s3-bucket-key: {mode: Warn}}
`
