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
}

func newS3() *s3 {
	s := &s3{subresources: map[string]subresource{}, buckets: map[string]map[string]string{}}
	for _, r := range subresources() {
		s.subresources[r.query] = r
	}
	return s
}

// create makes a bucket as S3 makes one that is asked for nothing.
func (s *s3) create(name string) {
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
	if request.Name == "" {
		request.Operation = "ListBuckets"
		return s.list()
	}
	for query, sub := range s.subresources {
		if r.URL.Query().Has(query) {
			return s.serveSubresource(request, sub, r.Method, string(body))
		}
	}
	switch r.Method {
	case http.MethodPut:
		request.Operation = "CreateBucket"
		s.create(request.Name)
		created := xmlAnswer("")
		created.header["Location"] = "/" + request.Name
		return created
	case http.MethodDelete:
		request.Operation = "DeleteBucket"
		delete(s.buckets, request.Name)
		return answer{status: http.StatusNoContent}
	}
	return unsupported(r.Method + " " + r.URL.String())
}

func (s *s3) list() answer {
	var buckets strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s.buckets)) {
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
	// S3 says false where it was told nothing, which is not what it was told.
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
