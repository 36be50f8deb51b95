package version

import (
	"runtime/debug"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompletedKeepsTheStampAndFillsInTheRest(t *testing.T) {
	info := &debug.BuildInfo{
		Main:     debug.Module{Version: "v0.0.0-20261123142738-0123456789ab"},
		Settings: []debug.BuildSetting{{Key: "vcs.modified", Value: "false"}, {Key: "vcs.revision", Value: "0123456789ab"}},
	}
	for name, test := range map[string]struct{ build, want Build }{
		"nothing stamped":     {Build{}, Build{Version: "v0.0.0-20261123142738-0123456789ab", Revision: "0123456789ab"}},
		"version stamped":     {Build{Version: "v1.2.3"}, Build{Version: "v1.2.3", Revision: "0123456789ab"}},
		"everything stamped":  {Build{Version: "v1.2.3", Revision: "fedcba"}, Build{Version: "v1.2.3", Revision: "fedcba"}},
		"only commit stamped": {Build{Revision: "fedcba"}, Build{Version: "v0.0.0-20261123142738-0123456789ab", Revision: "fedcba"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.build.completed(info)); diff != "" {
				t.Errorf("completed (-want +got):\n%s", diff)
			}
		})
	}
}
