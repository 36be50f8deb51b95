package main

import (
	"fmt"
	"maps"
	"os"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// The folder of the build stage whose content is the image's.
const builtRoot = "/out/"

// readDockerfile returns what the last stage says about the image. It knows the few instructions that cmkgate's
// Dockerfile uses and refuses others: an image that silently lacks something would not be the same.
func readDockerfile(path string, buildArgs []string) (v1.Config, error) {
	file, err := os.Open(path)
	if err != nil {
		return v1.Config{}, err
	}
	defer file.Close() //nolint:errcheck // only read
	parsed, err := parser.Parse(file)
	if err != nil {
		return v1.Config{}, fmt.Errorf("parse %s: %w", path, err)
	}
	stages, _, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		return v1.Config{}, fmt.Errorf("parse %s: %w", path, err)
	}
	last := stages[len(stages)-1]
	if last.BaseName != "scratch" {
		return v1.Config{}, fmt.Errorf("%s: the last stage is FROM %s; only scratch can be written without Docker", path, last.BaseName)
	}
	s := stage{given: buildArgs, lex: shell.NewLex(parsed.EscapeToken)}
	for _, command := range last.Commands {
		if err := s.apply(command); err != nil {
			return v1.Config{}, fmt.Errorf("%s:%d: %w", path, command.Location()[0].Start.Line, err)
		}
	}
	return s.config, nil
}

// stage is a stage as far as it has been read.
type stage struct {
	given  []string // build arguments of the command line, NAME=VALUE
	args   []string // those that the stage declares
	lex    *shell.Lex
	config v1.Config
}

func (s *stage) apply(command instructions.Command) error {
	if c, ok := command.(instructions.SupportsSingleWordExpansion); ok {
		if err := c.Expand(s.expand); err != nil {
			return fmt.Errorf("expand the variables of %s: %w", command.Name(), err)
		}
	}
	switch c := command.(type) {
	case *instructions.ArgCommand:
		for _, arg := range c.Args {
			s.declare(arg)
		}
	case *instructions.LabelCommand:
		if s.config.Labels == nil {
			s.config.Labels = map[string]string{}
		}
		for _, label := range c.Labels {
			s.config.Labels[label.Key] = label.Value
		}
	case *instructions.CopyCommand:
		if c.From == "" || c.Chown != "" || c.Chmod != "" || c.DestPath != "/" || !slices.Equal(c.SourcePaths, []string{builtRoot}) {
			return fmt.Errorf("%s: only COPY --from=STAGE %s / can be written without Docker", c, builtRoot)
		}
	case *instructions.UserCommand:
		s.config.User = c.User
	case *instructions.EntrypointCommand:
		if c.PrependShell {
			return fmt.Errorf("%s: the image has no shell; write ENTRYPOINT [\"/program\"]", c)
		}
		s.config.Entrypoint = c.CmdLine
	default:
		return fmt.Errorf("%s: hack/image does not know this instruction; teach it, so that make image-tar writes the same image", command.Name())
	}
	return nil
}

// declare makes an argument visible: with the value that was given, otherwise with its default.
func (s *stage) declare(arg instructions.KeyValuePairOptional) {
	if value, ok := shell.EnvsFromSlice(s.given).Get(arg.Key); ok {
		s.args = append(s.args, arg.Key+"="+value)
		return
	}
	s.args = append(s.args, arg.Key+"="+arg.ValueString())
}

// expand is stricter than Docker, for which a misspelled variable is empty.
func (s *stage) expand(word string) (string, error) {
	expanded, unknown, err := s.lex.ProcessWord(word, shell.EnvsFromSlice(s.args))
	if err != nil {
		return "", err
	}
	if len(unknown) > 0 {
		return "", fmt.Errorf("%s: no ARG of this stage declares it", slices.Sorted(maps.Keys(unknown)))
	}
	return expanded, nil
}
