package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// decoder makes entries of what the API server sends of one kind, straight from
// the text. The way over map[string]any takes ten times as long, and a replica
// that starts in a large cluster does little else.
type decoder struct{ trim trimmer }

// Decode makes an entry, a list of entries, or a Status.
func (d decoder) Decode(data []byte, _ *schema.GroupVersionKind, _ runtime.Object) (runtime.Object, *schema.GroupVersionKind, error) {
	root, err := tree.ParseObject(data)
	if err != nil {
		return nil, nil, fmt.Errorf("decode the API server's response: %w", err)
	}
	kind := root.Get("kind").Str()
	is := &schema.GroupVersionKind{Kind: kind}
	switch {
	case kind == "Status":
		status := &metav1.Status{}
		err := json.Unmarshal(data, status)
		return status, is, err
	case strings.HasSuffix(kind, "List"):
		return d.list(root), is, nil
	default:
		return d.trim(root), is, nil
	}
}

func (d decoder) list(root *tree.Node) *entryList {
	metadata := root.Get("metadata")
	list := &entryList{ListMeta: metav1.ListMeta{
		ResourceVersion: strings.Clone(metadata.Get("resourceVersion").Str()),
		Continue:        strings.Clone(metadata.Get("continue").Str()),
	}}
	items := root.Get("items")
	for i := range items.Len() {
		list.Items = append(list.Items, d.trim(items.At(i)))
	}
	return list
}

// Encode is never called: caches only read.
func (decoder) Encode(runtime.Object, io.Writer) error {
	return errors.New("caches only read")
}

// Identifier tells decoders of different bytes apart; this one writes none.
func (decoder) Identifier() runtime.Identifier { return "cmkgate" }

// SupportedMediaTypes is JSON, in a watch as well.
func (d decoder) SupportedMediaTypes() []runtime.SerializerInfo {
	return []runtime.SerializerInfo{{
		MediaType: runtime.ContentTypeJSON, MediaTypeType: "application", MediaTypeSubType: "json", EncodesAsText: true,
		Serializer:       d,
		StreamSerializer: &runtime.StreamSerializerInfo{EncodesAsText: true, Serializer: events{}, Framer: lines{}},
	}}
}

// EncoderForVersion is the decoder itself: it has one version.
func (decoder) EncoderForVersion(e runtime.Encoder, _ runtime.GroupVersioner) runtime.Encoder {
	return e
}

// DecoderToVersion is the decoder itself: it has one version.
func (decoder) DecoderToVersion(d runtime.Decoder, _ runtime.GroupVersioner) runtime.Decoder {
	return d
}

// entryList is what a LIST returns.
type entryList struct {
	metav1.TypeMeta
	metav1.ListMeta
	Items []*entry
}

// DeepCopyObject copies the list; what it holds never changes.
func (l *entryList) DeepCopyObject() runtime.Object {
	c := *l
	return &c
}
