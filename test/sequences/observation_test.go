package sequences

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/cmkgate/cmkgate/test/ack/aws"
)

// observation is what is to be seen of a side after a step.
type observation struct {
	// objects are those of the namespace, by KIND/NAME.
	objects map[string]*unstructured.Unstructured
	// resources are what AWS has, by KIND/NAME@ACCOUNT/REGION.
	resources map[string]aws.Resource
	// changes are the calls of the step that ask AWS for changes.
	changes aws.Requests
}

// report is a finding that cmkgate made public: a warning, an audit annotation and a line of its log.
type report struct {
	kind, name, policy, reason, path, mode string
	// look is the observation that it was first seen in.
	look int
}

// observer reads on where it stopped.
type observer struct {
	lab      *lab
	requests int
	log      string
	logRead  int64
	resumed  int
}

// neutral is a text that is the same on both sides. AWS numbers a pipeline's executions.
func (s *side) neutral(text string) string {
	return regexp.MustCompile(`/execution/\d+`).ReplaceAllString(strings.ReplaceAll(text, s.name+"-", "$S-"), "/execution")
}

func located(r aws.Resource) string {
	return r.Kind + "/" + r.Name + "@" + r.Account + "/" + r.Region
}

// sideOf is the side that a name in AWS, or a namespace, belongs to.
func sideOf(name string) string {
	side, _, _ := strings.Cut(name, "-")
	return side
}

// observe gives each side what there is to be seen of it.
func (o *observer) observe(ctx context.Context, sides []*side) error {
	byName := map[string]*side{}
	for _, s := range sides {
		byName[s.name] = s
		s.before = s.now
		s.looks++
		s.now = observation{objects: map[string]*unstructured.Unstructured{}, resources: map[string]aws.Resource{}}
	}
	for _, k := range kinds() {
		list, err := o.lab.person("").Resource(k.resource()).List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		for i := range list.Items {
			if s, ok := byName[sideOf(list.Items[i].GetNamespace())]; ok {
				s.now.objects[k.name+"/"+s.neutral(list.Items[i].GetName())] = &list.Items[i]
			}
		}
	}
	for _, s := range sides {
		s.noteSpecs()
		if !o.lab.enforced {
			s.legacy = s.now.objects
		}
	}
	requests := o.lab.aws.RequestsSince(o.requests)
	o.requests += len(requests)
	for _, r := range requests.Changes() {
		if s, ok := byName[sideOf(r.Name)]; ok && r.Service != "sts" {
			s.now.changes = append(s.now.changes, r)
		}
	}
	for _, r := range o.lab.aws.Resources(func(string) bool { return true }) {
		if s, ok := byName[sideOf(r.Name)]; ok {
			s.now.resources[s.neutral(located(r))] = r
		}
	}
	return o.readLog(byName)
}

// noteSpecs notes which kinds have an object whose spec is new.
func (s *side) noteSpecs() {
	for id, object := range s.now.objects {
		before, was := s.before.objects[id]
		if !was || before.GetUID() != object.GetUID() || before.GetGeneration() != object.GetGeneration() {
			s.specs[object.GetKind()] = s.looks
		}
	}
}

// finding is how cmkgate's log writes one: POLICY/REASON PATH (MODE).
func finding() *regexp.Regexp { return regexp.MustCompile(`^(\S+)/(\S+) (.*) \((\w+)\)$`) }

func (o *observer) readLog(sides map[string]*side) error {
	if path := o.lab.webhook.LogFile(); path != o.log || o.lab.resumed != o.resumed {
		o.log, o.logRead, o.resumed = path, 0, o.lab.resumed
	}
	file, err := os.Open(o.log)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	if _, err := file.Seek(o.logRead, io.SeekStart); err != nil {
		return err
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	whole := bytes.LastIndexByte(text, '\n') + 1
	o.logRead += int64(whole)
	pattern := finding()
	for line := range bytes.Lines(text[:whole]) {
		var decision struct {
			Message   string   `json:"msg"`
			Kind      string   `json:"kind"`
			Namespace string   `json:"namespace"`
			Name      string   `json:"name"`
			Findings  []string `json:"findings"`
		}
		if err := json.Unmarshal(line, &decision); err != nil {
			return fmt.Errorf("cmkgate's log: %w", err)
		}
		s, ok := sides[sideOf(decision.Namespace)]
		if !ok || decision.Message != "decision" {
			continue
		}
		for _, f := range decision.Findings {
			if m := pattern.FindStringSubmatch(f); m != nil {
				s.reports = append(s.reports, report{
					kind: decision.Kind, name: decision.Name, policy: m[1], reason: m[2], path: m[3], mode: m[4], look: s.looks,
				})
			}
		}
	}
	return nil
}
