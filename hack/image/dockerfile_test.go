package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestReadDockerfileTakesTheLastStageWithItsArguments(t *testing.T) {
	path := writeDockerfile(t, `
FROM golang AS build
USER builder
ENTRYPOINT ["/no"]

FROM scratch
ARG VERSION
ARG KIND=webhook
LABEL version="$VERSION" \
      kind="a $KIND"
COPY --from=build /out/ /
USER 65532:65532
ENTRYPOINT ["/serve", "--fast"]
`)
	config, err := readDockerfile(path, []string{"VERSION=v1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	if config.User != "65532:65532" {
		t.Errorf("user %q", config.User)
	}
	if want := []string{"/serve", "--fast"}; !slices.Equal(config.Entrypoint, want) {
		t.Errorf("entrypoint %q; want %q", config.Entrypoint, want)
	}
	if want := map[string]string{"version": "v1.2.3", "kind": "a webhook"}; !maps.Equal(config.Labels, want) {
		t.Errorf("labels %q; want %q", config.Labels, want)
	}
}

func TestReadDockerfileRefusesWhatItCannotWrite(t *testing.T) {
	for name, test := range map[string]struct{ dockerfile, want string }{
		"another base":        {"FROM debian\n", "Dockerfile: the last stage is FROM debian; only scratch"},
		"unknown instruction": {"FROM scratch\nUSER 1\nWORKDIR /work\n", "Dockerfile:3: WORKDIR: hack/image does not know this instruction"},
		"a command":           {"FROM scratch\nRUN [\"/true\"]\n", "Dockerfile:2: RUN: hack/image does not know"},
		"files of the host":   {"FROM scratch\nCOPY /out/ /\n", "only COPY --from=STAGE /out/ /"},
		"other files":         {"FROM scratch\nCOPY --from=build /etc/passwd /\n", "only COPY --from=STAGE /out/ /"},
		"elsewhere":           {"FROM scratch\nCOPY --from=build /out/ /bin/\n", "only COPY --from=STAGE /out/ /"},
		"new owner":           {"FROM scratch\nCOPY --from=build --chown=1 /out/ /\n", "only COPY --from=STAGE /out/ /"},
		"no shell":            {"FROM scratch\nENTRYPOINT /serve\n", "Dockerfile:2: ENTRYPOINT /serve: the image has no shell"},
		"a misspelling":       {"FROM scratch\nARG VERSION\nLABEL version=\"$VERSON\"\n", "Dockerfile:3: expand the variables of LABEL: [VERSON]: no ARG"},
		"another stage's":     {"FROM a AS build\nARG VERSION\nFROM scratch\nLABEL version=$VERSION\n", "Dockerfile:4: expand the variables of LABEL: [VERSION]: no ARG"},
		"no Dockerfile":       {"FRON scratch\n", "parse "},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readDockerfile(writeDockerfile(t, test.dockerfile), nil)
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %q; want it to contain %q", err, test.want)
			}
		})
	}
}

func writeDockerfile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "Dockerfile")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
