package sequences

import (
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/test/ack/aws"
)

func TestASequenceFollowsFromItsSeed(t *testing.T) {
	for seed := range int64(40) {
		first, err := generate(seed)
		if err != nil {
			t.Fatal(err)
		}
		second, err := generate(seed)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first.operations, second.operations); diff != "" {
			t.Fatalf("seed %d:\n%s", seed, diff)
		}
		beside, err := generate(seed + plans)
		if err != nil {
			t.Fatal(err)
		}
		if first.globals() != beside.globals() {
			t.Errorf("seeds %d and %d have one plan and are not to be played together", seed, seed+plans)
		}
	}
}

func TestAScriptIsOneOfTheShell(t *testing.T) {
	for seed := range int64(16) {
		s, err := generate(seed)
		if err != nil {
			t.Fatal(err)
		}
		command := exec.CommandContext(t.Context(), "bash", "-n")
		command.Stdin = strings.NewReader(s.script())
		if output, err := command.CombinedOutput(); err != nil {
			t.Errorf("%v: %s\n%s", err, output, s.script())
		}
	}
	if got, want := quoted(`{"a":"$S-b","c":"it's"}`), `'{"a":"'$S'-b","c":"it'\''s"}'`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFixedSequencesAreRead(t *testing.T) {
	all, err := readFixed()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.about == "" || len(s.operations) == 0 {
			t.Errorf("%s: says nothing, or does nothing", s.name)
		}
	}
}

func TestWhatNeedsWhichKey(t *testing.T) {
	config := func(key string) aws.Resource {
		members := map[string]any{"ProductionVariants": []any{map[string]any{"InstanceType": ebs}, map[string]any{"InstanceType": local}}}
		if key != "" {
			members["KmsKeyId"] = key
		}
		return aws.Resource{Kind: "EndpointConfig", Name: "c", Region: "eu-west-1", Members: members}
	}
	job := func(output, volume, instance string) aws.Resource {
		return aws.Resource{Kind: "TrainingJob", Region: "eu-west-1", Members: map[string]any{
			"OutputDataConfig": map[string]any{"KmsKeyId": output},
			"ResourceConfig":   map[string]any{"InstanceType": instance, "VolumeKmsKeyId": volume},
		}}
	}
	bucket := func(key string) aws.Resource {
		return aws.Resource{Kind: "Bucket", Region: "eu-west-1", Members: map[string]any{
			"Rules": []any{map[string]any{"ApplyServerSideEncryptionByDefault": map[string]any{"KMSMasterKeyID": key}}},
		}}
	}
	for name, c := range map[string]struct {
		resource aws.Resource
		on       aws.Resource
		want     []string
	}{
		"keys":                      {resource: job(ownKey, ownKey, ebs)},
		"no keys":                   {resource: job("", "", ebs), want: []string{"OutputDataConfig.KmsKeyId", "ResourceConfig.VolumeKmsKeyId"}},
		"local storage":             {resource: job(ownKey, "", local)},
		"somebody else's key":       {resource: job(foreignKey, ownKey, ebs), want: []string{"OutputDataConfig.KmsKeyId"}},
		"an alias":                  {resource: job("alias/aws/s3", ownKey, ebs), want: []string{"OutputDataConfig.KmsKeyId"}},
		"a key of another region":   {resource: job(strings.Replace(ownKey, "eu-west-1", "us-east-1", 1), ownKey, ebs), want: []string{"OutputDataConfig.KmsKeyId"}},
		"one variant with a disk":   {resource: config(""), want: []string{"KmsKeyId"}},
		"an endpoint":               {resource: aws.Resource{Kind: "Endpoint", Members: map[string]any{"EndpointConfigName": "c"}}, on: config(""), want: []string{"EndpointConfigName > KmsKeyId"}},
		"an endpoint of a good one": {resource: aws.Resource{Kind: "Endpoint", Members: map[string]any{"EndpointConfigName": "c"}}, on: config(ownKey)},
		"a bucket of AWS's key":     {resource: bucket(""), want: []string{"Rules[0].ApplyServerSideEncryptionByDefault.KMSMasterKeyID"}},
		"an AWS-managed key":        {resource: bucket("arn:aws:kms:eu-west-1:111122223333:" + awsManaged), want: []string{"Rules[0].ApplyServerSideEncryptionByDefault.KMSMasterKeyID"}},
		"a pipeline": {
			resource: aws.Resource{Kind: "Pipeline", Region: "eu-west-1", Members: map[string]any{
				"PipelineDefinition": `{"Steps":[{"Type":"Training","Arguments":{"OutputDataConfig":{"S3OutputPath":"s3://b"}}}]}`,
			}},
			want: []string{"PipelineDefinition > Steps[0].OutputDataConfig.KmsKeyId"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			find := func(kindName, _ string) (aws.Resource, bool) { return c.on, c.on.Kind == kindName }
			got := slices.Sorted(maps.Keys(missing(c.resource, find)))
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
