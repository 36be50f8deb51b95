package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// BenchmarkCheckBesideKubeconform evaluates 10,000 TrainingJobs of about 3 KB,
// one a file and as one stream, as a process, in turn with kubeconform (the
// binary in CMKGATE_KUBECONFORM), which checks their schema only. Six tenths of
// its time is the bar, and 40 MB for the peak of the memory.
func BenchmarkCheckBesideKubeconform(b *testing.B) {
	kubeconform := os.Getenv("CMKGATE_KUBECONFORM")
	if kubeconform == "" {
		b.Skip("make bench-peers builds kubeconform")
	}
	dir := b.TempDir()
	cmkgate := filepath.Join(dir, "cmkgate")
	if output, err := exec.Command("go", "build", "-o", cmkgate, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, output)
	}
	files := writeJobs(b, dir, 10000)
	schema := filepath.Join(dir, "{{.ResourceKind}}.json")
	writeSchema(b, filepath.Join(dir, "trainingjob.json"))
	jobs := filepath.Join(dir, "jobs")
	ours := []string{cmkgate, "check", "--quiet", "--config", filepath.Join(dir, "cmkgate.yaml")}
	theirs := []string{kubeconform, "-summary", "-strict", "-schema-location", schema}

	b.Run("files", func(b *testing.B) {
		besides(b, append(ours, jobs), append(theirs, jobs), nil)
	})
	b.Run("stream", func(b *testing.B) {
		stream, err := os.Create(filepath.Join(dir, "stream.yaml"))
		if err != nil {
			b.Fatal(err)
		}
		defer stream.Close()
		if _, err := io.Copy(stream, &documentStream{n: len(files), document: trainingJob}); err != nil {
			b.Fatal(err)
		}
		besides(b, append(ours, "-"), append(theirs, "-"), stream)
	})
}

func besides(b *testing.B, ours, theirs []string, stdin *os.File) {
	b.Helper()
	const (
		bar       = 0.6
		enoughMiB = 40
	)
	var our, their time.Duration
	var peak, theirPeak float64
	for b.Loop() {
		took, mib := process(b, theirs, stdin)
		their, theirPeak = their+took, max(theirPeak, mib)
		took, mib = process(b, ours, stdin)
		our, peak = our+took, max(peak, mib)
	}
	ratio := float64(our) / float64(their)
	b.ReportMetric(ratio, "x-kubeconform")
	b.ReportMetric(float64(our.Milliseconds())/float64(b.N), "check-ms")
	b.ReportMetric(float64(their.Milliseconds())/float64(b.N), "kubeconform-ms")
	b.ReportMetric(peak, "check-MiB")
	b.ReportMetric(theirPeak, "kubeconform-MiB")
	if ratio > bar {
		b.Errorf("check takes %.2f times as long as kubeconform", ratio)
	}
	if peak > enoughMiB {
		b.Errorf("check needs %.0f MiB", peak)
	}
}

// process runs a command. Kubeconform 0.8.0 fails now and then on a stream,
// whose documents it mixes up, so only cmkgate has to pass. The peak is that of its resident
// memory, as the kernel's own figure is seen in the last moments; the one that it
// hands out at the end counts the process that started the command too.
func process(b *testing.B, args []string, stdin *os.File) (took time.Duration, peakMiB float64) {
	b.Helper()
	command := exec.Command(args[0], args[1:]...)
	if stdin != nil {
		if _, err := stdin.Seek(0, io.SeekStart); err != nil {
			b.Fatal(err)
		}
		command.Stdin = stdin
	}
	var output strings.Builder
	command.Stdout, command.Stderr = &output, &output
	start := time.Now()
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- command.Wait() }()
	for {
		select {
		case err := <-done:
			if err != nil && strings.HasSuffix(args[0], "cmkgate") {
				b.Fatalf("%s: %v\n%s", command, err, output.String())
			}
			return time.Since(start), peakMiB
		case <-time.After(5 * time.Millisecond):
			peakMiB = max(peakMiB, highWater(command.Process.Pid))
		}
	}
}

// highWater is the most memory that a process has had resident, 0 if the system does not tell.
func highWater(pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kib float64
	fmt.Sscanf(rest, "%f", &kib)
	return kib / 1024
}

// writeSchema writes the schema of TrainingJob in the CRD that ACK ships as kubeconform reads it.
func writeSchema(b *testing.B, file string) {
	b.Helper()
	paths, err := apiserver.CRDPaths(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(paths[0], "sagemaker.services.k8s.aws_trainingjobs.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	var crd struct {
		Spec struct {
			Versions []struct {
				Schema struct {
					OpenAPIV3Schema map[string]any `json:"openAPIV3Schema"`
				} `json:"schema"`
			} `json:"versions"`
		} `json:"spec"`
	}
	if err := yaml.Unmarshal(data, &crd); err != nil {
		b.Fatal(err)
	}
	root := crd.Spec.Versions[0].Schema.OpenAPIV3Schema
	closeObjects(root)
	if data, err = json.Marshal(root); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		b.Fatal(err)
	}
}

// closeObjects forbids the fields that a schema does not name, as the API server does.
func closeObjects(schema map[string]any) {
	if _, ok := schema["properties"]; ok && schema["additionalProperties"] == nil {
		schema["additionalProperties"] = false
	}
	for _, value := range schema {
		if member, ok := value.(map[string]any); ok {
			closeObjects(member)
		}
	}
}
