package aws

import (
	"encoding/json"
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// s3 keeps, by bucket and subresource, the documents that it was given.
type s3 struct {
	subresources map[string]subresource
	buckets      map[string]map[string]string
	// places are where the buckets are.
	places map[string]place
}

func newS3() *s3 {
	s := &s3{subresources: map[string]subresource{}, buckets: map[string]map[string]string{}, places: map[string]place{}}
	for _, r := range subresources() {
		s.subresources[r.query] = r
	}
	return s
}

// create makes a bucket as S3 makes one that is asked for nothing.
func (s *s3) create(at place, name string) {
	s.places[name] = at
	s.buckets[name] = map[string]string{}
	for query, r := range s.subresources {
		if r.initial != "" {
			s.buckets[name][query] = r.initial
		}
	}
}

// encrypt makes a KMS key, with a bucket key, the default of a bucket.
func (s *s3) encrypt(name, key string) error {
	document, err := xml.Marshal(encryption{Rules: []encryptionRule{{
		Default:          &encryptionDefault{SSEAlgorithm: "aws:kms", KMSMasterKeyID: key},
		BucketKeyEnabled: true,
	}}})
	s.buckets[name]["encryption"] = string(document)
	return err
}

// serve answers one call, path-style: /BUCKET?SUBRESOURCE.
func (s *s3) serve(request *Request, r *http.Request, body []byte) answer {
	request.Name, _, _ = strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	at := place{account: request.Account, region: request.Region}
	if request.Name == "" {
		request.Operation = "ListBuckets"
		return s.list(at)
	}
	before := s.encryptionOf(request.Name)
	answer := s.serveBucket(at, request, r, body)
	if request.Changes() {
		request.Before, request.After = before, s.encryptionOf(request.Name)
	}
	return answer
}

func (s *s3) serveBucket(at place, request *Request, r *http.Request, body []byte) answer {
	for query, sub := range s.subresources {
		if r.URL.Query().Has(query) {
			return s.serveSubresource(request, sub, r.Method, string(body))
		}
	}
	switch r.Method {
	case http.MethodPut:
		request.Operation = "CreateBucket"
		return s.serveCreate(at, request.Name)
	case http.MethodDelete:
		request.Operation = "DeleteBucket"
		delete(s.buckets, request.Name)
		return answer{status: http.StatusNoContent}
	}
	return unsupported(r.Method + " " + r.URL.String())
}

// serveCreate: the names of buckets are nobody's twice, in all accounts and regions.
func (s *s3) serveCreate(at place, name string) answer {
	if _, exists := s.buckets[name]; exists {
		code := "BucketAlreadyExists"
		if s.places[name].account == at.account {
			code = "BucketAlreadyOwnedByYou"
		}
		return xmlRefusal(http.StatusConflict, &problem{Code: code, Message: "The bucket exists."})
	}
	s.create(at, name)
	created := xmlAnswer("")
	created.header["Location"] = "/" + name
	return created
}

// encryptionOf are the members of what GetBucketEncryption says; nil if there is no bucket.
func (s *s3) encryptionOf(name string) map[string]any {
	bucket, ok := s.buckets[name]
	if !ok {
		return nil
	}
	document, ok := bucket["encryption"]
	if !ok {
		document = managedByS3
	}
	_, members, err := readEncryption(document)
	if err != nil {
		return map[string]any{}
	}
	return members
}

func (s *s3) resources(named func(string) bool) []Resource {
	var out []Resource
	for name := range s.buckets {
		if named(name) {
			at := s.places[name]
			out = append(out, Resource{Kind: "Bucket", Name: name, Account: at.account, Region: at.region, Members: s.encryptionOf(name)})
		}
	}
	return out
}

func (s *s3) list(at place) answer {
	var buckets strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s.buckets)) {
		if s.places[name].account != at.account {
			continue
		}
		buckets.WriteString("<Bucket><Name>" + name + "</Name></Bucket>")
	}
	return xmlAnswer("<ListAllMyBucketsResult><Buckets>" + buckets.String() + "</Buckets></ListAllMyBucketsResult>")
}

func (s *s3) serveSubresource(request *Request, sub subresource, method, body string) answer {
	bucket, ok := s.buckets[request.Name]
	switch method {
	case http.MethodGet:
		request.Operation = "Get" + sub.name
	case http.MethodPut:
		request.Operation = "Put" + sub.name
	case http.MethodDelete:
		request.Operation = "Delete" + sub.name
	}
	if !ok {
		return xmlProblem("NoSuchBucket")
	}
	switch method {
	case http.MethodPut:
		if sub.query == "encryption" {
			var err error
			if body, request.Members, err = readEncryption(body); err != nil {
				return xmlProblem("MalformedXML")
			}
		}
		if problem := s3Refusal(s.places[request.Name], sub, body, request.Members); problem != nil {
			return xmlRefusal(http.StatusBadRequest, problem)
		}
		bucket[sub.query] = body
		return xmlAnswer("")
	case http.MethodDelete:
		delete(bucket, sub.query)
		return answer{status: http.StatusNoContent}
	}
	if document, ok := bucket[sub.query]; ok {
		return xmlAnswer(document)
	}
	if sub.missing != "" {
		return xmlProblem(sub.missing)
	}
	return xmlAnswer(sub.empty)
}

// encryption is the document of PutBucketEncryption and GetBucketEncryption.
type encryption struct {
	XMLName xml.Name         `json:"-" xml:"ServerSideEncryptionConfiguration"`
	Rules   []encryptionRule `json:"Rules" xml:"Rule"`
}

type encryptionRule struct {
	Default *encryptionDefault `json:"ApplyServerSideEncryptionByDefault,omitempty" xml:"ApplyServerSideEncryptionByDefault"`
	// S3 says false if it was reported nothing, which is not what it was reported.
	BucketKeyEnabled bool `json:"BucketKeyEnabled" xml:"BucketKeyEnabled"`
}

type encryptionDefault struct {
	SSEAlgorithm   string `json:"SSEAlgorithm" xml:"SSEAlgorithm"`
	KMSMasterKeyID string `json:"KMSMasterKeyID,omitempty" xml:"KMSMasterKeyID,omitempty"`
}

// readEncryption returns what S3 stores of a document, and its members for the record.
func readEncryption(body string) (document string, members map[string]any, err error) {
	var read encryption
	if err := xml.Unmarshal([]byte(body), &read); err != nil {
		return "", nil, err
	}
	stored, err := xml.Marshal(read)
	if err != nil {
		return "", nil, err
	}
	asJSON, err := json.Marshal(read)
	if err != nil {
		return "", nil, err
	}
	if err := json.Unmarshal(asJSON, &members); err != nil {
		return "", nil, err
	}
	return string(stored), members, nil
}
