package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// stage applies scenes and compares what came of them with what should have.
type stage struct {
	server   *apiserver.Server
	reader   client.Reader
	terminal *printer
	count    tally
}

type tally struct {
	admitted, denied, injected, unexpected int
}

func newStage(server *apiserver.Server, terminal *printer) (*stage, error) {
	reader, err := client.New(server.Config(), client.Options{})
	if err != nil {
		return nil, fmt.Errorf("making a client: %w", err)
	}
	return &stage{server: server, reader: reader, terminal: terminal}, nil
}

// prepare makes what was there before cmkgate.
func (s *stage) prepare(ctx context.Context) error {
	s.terminal.step("creating a namespace, and an EndpointConfig without a key, before cmkgate is there")
	applied, err := s.server.Kubectl(ctx, nil, "apply", "-f", manifest("before.yaml"))
	if err != nil {
		return err
	}
	if applied.Code != 0 {
		return fmt.Errorf("kubectl apply -f %s: %s", manifest("before.yaml"), applied.Stderr)
	}
	return nil
}

// tell plays the whole story. It returns errUnexpected where an outcome is not the one that it should be.
func (s *stage) tell(ctx context.Context, start time.Duration) error {
	begin := time.Now()
	for i, scene := range story() {
		if err := s.play(ctx, i+1, scene); err != nil {
			return err
		}
	}
	s.terminal.summary(s.count, start, time.Since(begin))
	if s.count.unexpected > 0 {
		return fmt.Errorf("%w: see the lines marked UNEXPECTED", errUnexpected)
	}
	return nil
}

func (s *stage) play(ctx context.Context, number int, scene scene) error {
	file := manifest(scene.file)
	objects, err := readManifest(file)
	if err != nil {
		return err
	}
	if len(objects) != len(scene.want) {
		return fmt.Errorf("%s has %d objects and the story speaks of %d", file, len(objects), len(scene.want))
	}
	s.terminal.scene(number, scene.title, file)
	applied, err := s.server.Kubectl(ctx, nil, "apply", "-f", file)
	if err != nil {
		return err
	}
	for i, object := range objects {
		stored, err := s.stored(ctx, object)
		if err != nil {
			return err
		}
		verdict := judge(scene.want[i], object, stored, applied)
		s.count.add(verdict)
		s.terminal.verdict(object, scene.want[i], verdict)
	}
	s.terminal.kubectl(applied)
	return nil
}

// stored returns what etcd holds of an object, nil if it holds nothing.
func (s *stage) stored(ctx context.Context, object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	stored := &unstructured.Unstructured{}
	stored.SetGroupVersionKind(object.GroupVersionKind())
	err := s.reader.Get(ctx, client.ObjectKeyFromObject(object), stored)
	if apierrors.IsNotFound(err) {
		return nil, nil //nolint:nilnil // the absence is an answer
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s %s: %w", object.GetKind(), object.GetName(), err)
	}
	return stored, nil
}

// verdict is what became of an object, and in what it differs from what should have.
type verdict struct {
	admitted bool
	diff     diff
	problems []string
}

func judge(want outcome, object, stored *unstructured.Unstructured, applied apiserver.Result) verdict {
	verdict := verdict{admitted: stored != nil}
	if stored != nil {
		verdict.diff = compare(spec(object), spec(stored))
	}
	switch {
	case len(want.denied) > 0 && verdict.admitted:
		verdict.problems = []string{"it should have been denied"}
	case len(want.denied) > 0:
		verdict.problems = missingPhrases(applied, want.denied)
	case !verdict.admitted:
		verdict.problems = []string{"it should have been admitted"}
	default:
		verdict.problems = verdict.diff.against(want.injected)
		if applied.Code != 0 {
			verdict.problems = append(verdict.problems, fmt.Sprintf("kubectl exited with %d", applied.Code))
		}
	}
	return verdict
}

func missingPhrases(applied apiserver.Result, phrases []string) []string {
	var problems []string
	if applied.Code == 0 {
		problems = append(problems, "kubectl exited with 0")
	}
	for _, phrase := range phrases {
		if !strings.Contains(applied.Stderr, phrase) {
			problems = append(problems, fmt.Sprintf("the denial should say %q", phrase))
		}
	}
	return problems
}

func (t *tally) add(v verdict) {
	if v.admitted {
		t.admitted++
		t.injected += len(v.diff.changes)
	} else {
		t.denied++
	}
	if len(v.problems) > 0 {
		t.unexpected++
	}
}

func spec(object *unstructured.Unstructured) map[string]any {
	spec, _, _ := unstructured.NestedMap(object.Object, "spec") // a spec that is not a map fails the CRD's schema
	return spec
}

func readManifest(path string) ([]*unstructured.Unstructured, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening a manifest: %w", err)
	}
	defer func() { _ = file.Close() }()
	decoder := yaml.NewYAMLOrJSONDecoder(file, 4<<10)
	var objects []*unstructured.Unstructured
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(object)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
		objects = append(objects, object)
	}
}
