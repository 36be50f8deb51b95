package aws

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// AccountID is the account whose endpoint this is.
const AccountID = "111122223333"

// homeRegion is where the resources of [Endpoint.Exists] are.
const homeRegion = "eu-west-1"

// place is where a call is carried out. Two resources of one name may be in two places, buckets aside.
type place struct{ account, region string }

// How large a request may be, and how long a client may take to send its header.
const (
	maxRequest    = 8 << 20
	headerTimeout = 10 * time.Second
)

// Endpoint answers for STS, SageMaker and S3 at one address; the signature of a request says which of them, and which
// region, it is for. It starts without any resource.
type Endpoint struct {
	server   *http.Server
	listener net.Listener

	mu        sync.Mutex
	requests  []Request
	sageMaker *sageMaker
	s3        *s3
}

// Start serves an endpoint on a free port of the loopback interface. The caller closes it.
func Start(ctx context.Context) (*Endpoint, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serving AWS: %w", err)
	}
	e := &Endpoint{listener: listener, sageMaker: newSageMaker(), s3: newS3()}
	e.server = &http.Server{Handler: e, ReadHeaderTimeout: headerTimeout}
	go func() { _ = e.server.Serve(listener) }() // returns when the endpoint is closed
	return e, nil
}

// URL is where the endpoint serves.
func (e *Endpoint) URL() string {
	return "http://" + e.listener.Addr().String()
}

// Close ends the endpoint at once.
func (e *Endpoint) Close() error {
	return e.server.Close()
}

// Requests returns what was asked for so far, in order.
func (e *Endpoint) Requests() Requests {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append(Requests(nil), e.requests...)
}

// RequestsSince returns what was asked for after the first n requests.
func (e *Endpoint) RequestsSince(n int) Requests {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append(Requests(nil), e.requests[min(n, len(e.requests)):]...)
}

// Forget drops the record, and what exists under names that satisfy a condition. [Endpoint.RequestsSince] starts over.
func (e *Endpoint) Forget(named func(name string) bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.requests = nil
	maps.DeleteFunc(e.sageMaker.live, func(which id, _ map[string]any) bool { return named(which.name) })
	maps.DeleteFunc(e.s3.buckets, func(name string, _ map[string]string) bool { return named(name) })
}

// Resource is something that exists in AWS.
type Resource struct {
	// Kind is the API's name of the kind: Bucket, or what follows the verb in the names of SageMaker's operations.
	Kind, Name string
	// Account and Region are where it is.
	Account, Region string
	// Members are what Describe says; of a bucket, its encryption.
	Members map[string]any
}

// Resources returns what exists and has a name that satisfies a condition, ordered.
func (e *Endpoint) Resources(named func(name string) bool) []Resource {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := slices.Concat(e.sageMaker.resources(named), e.s3.resources(named))
	slices.SortFunc(all, func(a, b Resource) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region))
	})
	return all
}

// home is where resources are that nobody asked for through the endpoint.
func home() place { return place{account: AccountID, region: homeRegion} }

// Exists makes a SageMaker resource that nobody asked for through this endpoint, with the members of its Create call.
func (e *Endpoint) Exists(kind string, members map[string]any) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, problem := e.sageMaker.create(home(), kind, members)
	if problem != nil {
		return problem
	}
	return nil
}

// BucketExists makes a bucket that nobody asked for through this endpoint, encrypted with a KMS key if one is given.
func (e *Endpoint) BucketExists(name, key string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, exists := e.s3.buckets[name]; exists {
		return fmt.Errorf("there is a bucket %s already", name)
	}
	e.s3.create(home(), name)
	if key == "" {
		return nil
	}
	return e.s3.encrypt(name, key)
}

// SetStatus puts a SageMaker resource into a state, for example a job that is InProgress.
func (e *Endpoint) SetStatus(kind, name, status string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.sageMaker.setStatus(home(), kind, name, status)
}

// ServeHTTP answers one request of an AWS client.
func (e *Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	request, err := signed(r.Header.Get("Authorization"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	var answer answer
	switch request.Service {
	case "sts":
		answer = serveSTS(&request, body)
	case "sagemaker":
		answer = e.sageMaker.serve(&request, r.Header.Get("X-Amz-Target"), body)
	case "s3":
		answer = e.s3.serve(&request, r, body)
	default:
		answer = unsupported("service " + request.Service)
	}
	request.Status = answer.status
	e.requests = append(e.requests, request)
	answer.write(w)
}

// signed reads who asks for what from an AWS Signature Version 4: Credential is KEY/DATE/REGION/SERVICE/aws4_request.
func signed(authorization string) (Request, error) {
	_, credential, _ := strings.Cut(authorization, "Credential=")
	credential, _, _ = strings.Cut(credential, ",")
	scope := strings.Split(credential, "/")
	if len(scope) != 5 {
		return Request{}, errors.New("the request is not signed with AWS Signature Version 4")
	}
	return Request{Account: accountOf(scope[0]), Region: scope[2], Service: scope[3]}, nil
}
