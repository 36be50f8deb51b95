package aws_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/test/ack/aws"
)

// call is one request of an AWS client, and what it is answered.
type call struct {
	service, method, path, target, body string
	wantStatus                          int
	want                                string
}

func TestEndpointAnswersAsACKExpectsOfAWS(t *testing.T) {
	const (
		create   = "SageMaker.CreateTrainingJob"
		describe = "SageMaker.DescribeTrainingJob"
		name     = `{"TrainingJobName":"churn"}`
		rule     = `<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ApplyServerSideEncryptionByDefault>` +
			`<KMSMasterKeyID>k</KMSMasterKeyID><SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`
	)
	for name, calls := range map[string][]call{
		"who is asking": {
			{service: "sts", body: "Action=GetCallerIdentity", wantStatus: 200, want: "<Account>111122223333</Account>"},
		},
		"a resource that is not there": {
			{service: "sagemaker", target: describe, body: name, wantStatus: 400, want: "Requested resource not found"},
		},
		"what was created is described, with what AWS adds": {
			{service: "sagemaker", target: create, body: `{"TrainingJobName":"churn","OutputDataConfig":{"S3OutputPath":"s3://b"}}`, wantStatus: 200, want: "TrainingJobArn"},
			{service: "sagemaker", target: describe, body: name, wantStatus: 200, want: `"OutputDataConfig":{"CompressionType":"GZIP","KmsKeyId":"","S3OutputPath":"s3://b"}`},
			{service: "sagemaker", target: create, body: name, wantStatus: 400, want: "ResourceInUse"},
		},
		"what was stopped and deleted": {
			{service: "sagemaker", target: create, body: name, wantStatus: 200},
			{service: "sagemaker", target: "SageMaker.StopTrainingJob", body: name, wantStatus: 200},
			{service: "sagemaker", target: describe, body: name, wantStatus: 200, want: `"TrainingJobStatus":"Stopped"`},
			{service: "sagemaker", target: "SageMaker.DeleteTrainingJob", body: name, wantStatus: 200},
			{service: "sagemaker", target: describe, body: name, wantStatus: 400},
		},
		"a bucket's life": {
			{service: "s3", method: http.MethodPut, path: "/churn", wantStatus: 200},
			{service: "s3", path: "/", wantStatus: 200, want: "<Name>churn</Name>"},
			{service: "s3", path: "/churn?encryption", wantStatus: 200, want: "AES256"},
			{service: "s3", method: http.MethodPut, path: "/churn?encryption", body: rule, wantStatus: 200},
			{service: "s3", path: "/churn?encryption", wantStatus: 200, want: "<BucketKeyEnabled>false</BucketKeyEnabled>"},
			{service: "s3", method: http.MethodDelete, path: "/churn?encryption", wantStatus: 204},
			{service: "s3", path: "/churn?encryption", wantStatus: 200, want: "AES256"},
			{service: "s3", path: "/churn?policy", wantStatus: 404, want: "NoSuchBucketPolicy"},
			{service: "s3", method: http.MethodDelete, path: "/churn", wantStatus: 204},
			{service: "s3", path: "/churn?policy", wantStatus: 404, want: "NoSuchBucket"},
		},
		"a volume key beside local storage": {
			{service: "sagemaker", target: create, body: `{"TrainingJobName":"churn","ResourceConfig":{"InstanceType":"ml.g5.xlarge","VolumeKmsKeyId":"k"}}`, wantStatus: 400, want: "local storage"},
			{service: "sagemaker", target: create, body: `{"TrainingJobName":"churn","ResourceConfig":{"InstanceType":"ml.m5.xlarge","VolumeKmsKeyId":"k"}}`, wantStatus: 200},
			{service: "sagemaker", target: "SageMaker.CreateEndpointConfig", body: `{"EndpointConfigName":"churn","KmsKeyId":"k","ProductionVariants":[{"InstanceType":"ml.m5.large"},{"InstanceType":"ml.g4dn.xlarge"}]}`, wantStatus: 400, want: "local storage"},
			{service: "sagemaker", target: "SageMaker.CreateEndpointConfig", body: `{"EndpointConfigName":"churn","ProductionVariants":[{"InstanceType":"ml.g4dn.xlarge"}]}`, wantStatus: 200},
		},
		"a key of another region": {
			{service: "sagemaker", target: create, body: `{"TrainingJobName":"churn","OutputDataConfig":{"KmsKeyId":"arn:aws:kms:us-east-1:111122223333:key/1"}}`, wantStatus: 400, want: "not of the region eu-west-1"},
			{service: "s3", method: http.MethodPut, path: "/churn", wantStatus: 200},
			{service: "s3", method: http.MethodPut, path: "/churn?encryption", body: strings.ReplaceAll(rule, ">k<", ">arn:aws:kms:us-east-1:111122223333:key/1<"), wantStatus: 400, want: "InvalidArgument"},
			{service: "s3", path: "/churn?encryption", wantStatus: 200, want: "AES256"},
		},
		"CORS with a method that S3 refuses": {
			{service: "s3", method: http.MethodPut, path: "/churn", wantStatus: 200},
			{service: "s3", method: http.MethodPut, path: "/churn?cors", body: `<CORSConfiguration><CORSRule><AllowedMethod>PATCH</AllowedMethod></CORSRule></CORSConfiguration>`, wantStatus: 400, want: "unsupported HTTP method"},
			{service: "s3", method: http.MethodPut, path: "/churn?cors", body: `<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>`, wantStatus: 200},
		},
		"a bucket that exists": {
			{service: "s3", method: http.MethodPut, path: "/churn", wantStatus: 200},
			{service: "s3", method: http.MethodPut, path: "/churn", wantStatus: 409, want: "BucketAlreadyOwnedByYou"},
		},
		"an execution, which has no name of its own": {
			{service: "sagemaker", target: "SageMaker.StartPipelineExecution", body: `{"PipelineName":"churn"}`, wantStatus: 200, want: "churn/execution/1"},
			{service: "sagemaker", target: "SageMaker.DescribePipelineExecution", body: `{"PipelineExecutionArn":"arn:aws:sagemaker:eu-west-1:111122223333:pipelineexecution/churn/execution/1"}`, wantStatus: 200, want: "Succeeded"},
		},
		"what the tables do not have": {
			{service: "sagemaker", target: "SageMaker.CreateWorkforce", body: `{}`, wantStatus: 400, want: "UnsupportedByTheTestEndpoint"},
			{service: "kms", wantStatus: 400, want: "UnsupportedByTheTestEndpoint"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			endpoint := start(t)
			for _, c := range calls {
				status, body := send(t, endpoint, c)
				if status != c.wantStatus || !strings.Contains(body, c.want) {
					t.Errorf("%s%s: got %d %s\nwant %d %s", c.target, c.path, status, body, c.wantStatus, c.want)
				}
			}
		})
	}
}

func TestRecordTellsWhoAskedForWhatAndWhere(t *testing.T) {
	endpoint := start(t)
	send(t, endpoint, call{service: "sagemaker", target: "SageMaker.CreateTrainingJob", body: `{"TrainingJobName":"churn","ResourceConfig":{"VolumeKmsKeyId":"k"}}`})
	send(t, endpoint, call{service: "sagemaker", target: "SageMaker.UpdateTrainingJob", body: `{"TrainingJobName":"churn","ResourceConfig":{"KeepAlivePeriodInSeconds":1}}`})
	send(t, endpoint, call{service: "sagemaker", target: "SageMaker.DescribeTrainingJob", body: `{"TrainingJobName":"churn"}`})
	requests := endpoint.Requests().Of("churn")
	if got := requests.Changes().Operations(); !slices.Equal(got, []string{"CreateTrainingJob", "UpdateTrainingJob"}) {
		t.Errorf("changes: %q", got)
	}
	first := requests[0]
	if first.Account != aws.AccountID || first.Region != "eu-west-1" || first.Service != "sagemaker" || first.Status != http.StatusOK {
		t.Errorf("the first request: %+v", first)
	}
	if second := requests[1]; first.Before != nil || first.After == nil || second.Before == nil || !second.Succeeded() {
		t.Errorf("before and after: %v %v, then %v", first.Before, first.After, second.Before)
	}
	if config, _ := first.Members["ResourceConfig"].(map[string]any); len(config) != 1 || config["VolumeKmsKeyId"] != "k" {
		t.Errorf("a later request has changed the record of the first: %v", config)
	}
}

func start(t *testing.T) *aws.Endpoint {
	t.Helper()
	endpoint, err := aws.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := endpoint.Close(); err != nil {
			t.Error(err)
		}
	})
	return endpoint
}

func send(t *testing.T, endpoint *aws.Endpoint, c call) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), c.method, endpoint.URL()+c.path, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20261123/eu-west-1/"+c.service+"/aws4_request, SignedHeaders=host, Signature=0")
	request.Header.Set("X-Amz-Target", c.target)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}
