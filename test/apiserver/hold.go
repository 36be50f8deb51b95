package apiserver

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

// Hold does to an object what ACK does once it has created the resource: it adds the finalizer and reports the ARN.
func (s *Server) Hold(ctx context.Context, resource schema.GroupVersionResource, kind, namespace, name string) error {
	client, err := dynamic.NewForConfig(s.Config())
	if err != nil {
		return fmt.Errorf("making a client: %w", err)
	}
	objects := client.Resource(resource).Namespace(namespace)
	for _, write := range []struct {
		patch        string
		subresources []string
	}{
		{fmt.Sprintf(`{"metadata":{"finalizers":["finalizers.%s/%s"]}}`, resource.Group, kind), nil},
		{`{"status":{"ackResourceMetadata":{"arn":"arn:aws:service:eu-west-1:111122223333:held","ownerAccountID":"111122223333","region":"eu-west-1"}}}`, []string{"status"}},
	} {
		if _, err := objects.Patch(ctx, name, types.MergePatchType, []byte(write.patch), metav1.PatchOptions{}, write.subresources...); err != nil {
			return fmt.Errorf("holding %s %s as ACK does: %w", kind, name, err)
		}
	}
	return nil
}
