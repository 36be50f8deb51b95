package main

import (
	"errors"
	"io/fs"

	"github.com/cmkgate/cmkgate/config"
	"github.com/cmkgate/cmkgate/policies"
)

// noConfig says in three lines what to write.
const noConfig = `no configuration: there is no cmkgate.yaml in this folder or above, and no --config.
"cmkgate init" asks for your KMS key and writes one; or write it with your region and key:
` + minimalConfig

const minimalConfig = `{apiVersion: cmkgate.io/v1alpha1, kind: Config, aws: {region: eu-west-1}, ` +
	`defaultKeys: [{arn: "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111"}]}`

// loadConfig reads the configuration: the file that was named or the nearest
// cmkgate.yaml from the working directory upward.
func loadConfig(path string) (*config.Config, error) {
	if path == "" {
		found, err := config.Find(".")
		if errors.Is(err, fs.ErrNotExist) {
			return nil, errors.New(noConfig)
		}
		if err != nil {
			return nil, err //nolint:wrapcheck // it says what it was looking for
		}
		path = found
	}
	return config.LoadFile(path, policies.All()) //nolint:wrapcheck // it names the file and the line
}

// withoutInjection switches injection off in every policy and override.
func withoutInjection(s policies.Settings) policies.Settings {
	switched := make(map[policies.ID]policies.PolicySettings, len(s.Policies))
	for id, p := range s.Policies {
		p.Inject = false
		switched[id] = p
	}
	s.Policies = switched
	overrides := make([]policies.Override, len(s.Overrides))
	for i, o := range s.Overrides {
		changes := make(map[policies.ID]policies.PolicyOverride, len(o.Policies))
		for id, c := range o.Policies {
			c.Inject = nil
			changes[id] = c
		}
		o.Policies = changes
		overrides[i] = o
	}
	s.Overrides = overrides
	return s
}
