package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// BenchmarkCheck evaluates 10,000 TrainingJobs of about 3 KB, one a file and
// as one stream, beside reading and decoding the same files to YAML nodes with
// as many workers. More than the time of the decode is a failure. Both run
// with the garbage collector set as main sets it.
func BenchmarkCheck(b *testing.B) {
	dir := b.TempDir()
	files := writeJobs(b, dir, 10000)
	b.Run("files", func(b *testing.B) {
		againstDecode(b, files, 1, func() int { return checkDir(dir, filepath.Join(dir, "jobs"), nil) })
	})
	b.Run("stream", func(b *testing.B) {
		againstDecode(b, files, 1, func() int { return checkDir(dir, "-", &documentStream{n: len(files), document: trainingJob}) })
	})
}

// BenchmarkCheckRepository evaluates 50,000 manifests of which one in fifty
// is ACK's. More than a fifth of the time of the decode is a failure.
func BenchmarkCheckRepository(b *testing.B) {
	dir := b.TempDir()
	files := writeJobs(b, dir, 1000)
	for i := range 49000 {
		file := filepath.Join(dir, "jobs", fmt.Sprintf("app-%05d.yaml", i))
		if err := os.WriteFile(file, deployment(i), 0o600); err != nil {
			b.Fatal(err)
		}
		files = append(files, file)
	}
	againstDecode(b, files, 0.2, func() int { return checkDir(dir, filepath.Join(dir, "jobs"), nil) })
}

func checkDir(dir, path string, stdin io.Reader) int {
	return run([]string{"check", "--config", filepath.Join(dir, "cmkgate.yaml"), path}, stdin, io.Discard, os.Stderr)
}

// againstDecode reports as x-decode how long a check adds terms of the decode.
func againstDecode(b *testing.B, files []string, bar float64, check func() int) {
	b.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	var decode, checked time.Duration
	for b.Loop() {
		start := time.Now()
		decodeAll(b, files)
		decode += time.Since(start)

		start = time.Now()
		if code := check(); code != exitClean {
			b.Fatalf("exit code %d", code)
		}
		checked += time.Since(start)
	}
	ratio := float64(checked) / float64(decode)
	b.ReportMetric(ratio, "x-decode")
	b.ReportMetric(float64(checked.Milliseconds())/float64(b.N), "check-ms")
	b.ReportMetric(float64(decode.Milliseconds())/float64(b.N), "decode-ms")
	if ratio > bar {
		b.Errorf("check takes %.2f times as long as the decode", ratio)
	}
}

const benchConfig = `apiVersion: cmkgate.io/v1alpha1
kind: Config
aws: {region: eu-west-1}
defaultKeys: [{arn: "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111"}]
`

func writeJobs(tb testing.TB, dir string, n int) []string {
	tb.Helper()
	if err := os.MkdirAll(filepath.Join(dir, "jobs"), 0o700); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "cmkgate.yaml"), []byte(benchConfig), 0o600); err != nil {
		tb.Fatal(err)
	}
	var files []string
	for i := range n {
		file := filepath.Join(dir, "jobs", fmt.Sprintf("job-%05d.yaml", i))
		if err := os.WriteFile(file, trainingJob(i), 0o600); err != nil {
			tb.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

func trainingJob(i int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: TrainingJob\nmetadata:\n  name: job-%05d\n  namespace: team-%d\nspec:\n  trainingJobName: job-%05d\n", i, i%20, i)
	b.WriteString("  roleARN: arn:aws:iam::111122223333:role/sagemaker\n  algorithmSpecification:\n    trainingImage: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/xgboost:1\n    trainingInputMode: File\n")
	b.WriteString("  outputDataConfig:\n    s3OutputPath: s3://artifacts/out # where the model goes\n  resourceConfig:\n    instanceType: ml.m5.xlarge\n    instanceCount: 1\n    volumeSizeInGB: 50\n  stoppingCondition:\n    maxRuntimeInSeconds: 3600\n  hyperParameters:\n")
	for p := range 30 {
		fmt.Fprintf(&b, "    parameter_%02d: \"%d\"\n", p, p*i)
	}
	b.WriteString("  inputDataConfig:\n")
	for c := range 6 {
		fmt.Fprintf(&b, "  - channelName: channel-%d\n    contentType: text/csv\n    compressionType: None\n    dataSource:\n      s3DataSource:\n        s3DataType: S3Prefix\n        s3URI: s3://training-data/team/channel-%d\n        s3DataDistributionType: FullyReplicated\n", c, c)
	}
	b.WriteString("  tags:\n")
	for tag := range 8 {
		fmt.Fprintf(&b, "  - key: tag-%d\n    value: value of the tag number %d\n", tag, tag)
	}
	return b.Bytes()
}

// deployment is a manifest that is none of a supported kind, of about 1.5 KB.
func deployment(i int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-%05d\nspec:\n  replicas: 2\n  selector:\n    matchLabels:\n      app: app-%05d\n", i, i)
	fmt.Fprintf(&b, "  template:\n    metadata:\n      labels:\n        app: app-%05d\n    spec:\n      containers:\n      - name: app\n        image: registry.example.com/app:1.2.%d\n        env:\n", i, i)
	for v := range 16 {
		fmt.Fprintf(&b, "        - name: VARIABLE_%02d\n          value: \"value of the variable %d\"\n", v, v*i)
	}
	return b.Bytes()
}

func decodeAll(tb testing.TB, files []string) {
	tb.Helper()
	jobs := make(chan string)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for file := range jobs {
				data, err := os.ReadFile(file)
				if err != nil {
					tb.Error(err)
					continue
				}
				var node yaml.Node
				if err := yaml.Unmarshal(data, &node); err != nil {
					tb.Error(err)
				}
			}
		})
	}
	for _, file := range files {
		jobs <- file
	}
	close(jobs)
	wg.Wait()
}

// BenchmarkFix fixes 10,000 TrainingJobs of about 3 KB, one a file and as one
// stream, beside checking them. It is the worst case: each of them lacks two
// keys, and so is parsed and evaluated twice. The ratio is the metric x-check;
// the bar is 2, and more than 2.5 is a failure.
func BenchmarkFix(b *testing.B) {
	dir := b.TempDir()
	jobs := len(writeJobs(b, dir, 10000))
	b.Run("files", func(b *testing.B) {
		againstCheck(b, func() time.Duration {
			return timed(b, gcPercentOfFix, exitFindings, dir, filepath.Join(dir, "jobs"), nil, "fix")
		}, func() time.Duration {
			return timed(b, gcPercent, exitClean, dir, filepath.Join(dir, "jobs"), nil, "check")
		})
	})
	b.Run("stream", func(b *testing.B) {
		againstCheck(b, func() time.Duration {
			return timed(b, gcPercentOfFix, exitClean, dir, "-", &documentStream{n: jobs, document: trainingJob}, "fix")
		}, func() time.Duration {
			return timed(b, gcPercent, exitClean, dir, "-", &documentStream{n: jobs, document: trainingJob}, "check")
		})
	})
}

// BenchmarkFixWrite writes 1,000 of the same files. How long that takes is up to
// the disk, which has to confirm each of them.
func BenchmarkFixWrite(b *testing.B) {
	dir := b.TempDir()
	var check, write time.Duration
	for b.Loop() {
		writeJobs(b, dir, 1000)
		check += timed(b, gcPercent, exitClean, dir, filepath.Join(dir, "jobs"), nil, "check")
		write += timed(b, gcPercentOfFix, exitClean, dir, filepath.Join(dir, "jobs"), nil, "fix", "--write")
	}
	b.ReportMetric(float64(write)/float64(check), "x-check")
}

// againstCheck reports as x-check how long a fix adds terms of the check.
func againstCheck(b *testing.B, fix, check func() time.Duration) {
	b.Helper()
	const tooMuch = 2.5
	var fixed, checked time.Duration
	for b.Loop() {
		checked += check()
		fixed += fix()
	}
	ratio := float64(fixed) / float64(checked)
	b.ReportMetric(ratio, "x-check")
	b.ReportMetric(float64(checked.Milliseconds())/float64(b.N), "check-ms")
	if ratio > tooMuch {
		b.Errorf("fix takes %.2f times as long as check", ratio)
	}
}

func timed(b *testing.B, gc, want int, dir, path string, stdin io.Reader, args ...string) time.Duration {
	b.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(gc))
	start := time.Now()
	args = append(args, "--config", filepath.Join(dir, "cmkgate.yaml"), "-q", path)
	if code := run(args, stdin, io.Discard, os.Stderr); code != want {
		b.Fatalf("exit code %d", code)
	}
	return time.Since(start)
}
