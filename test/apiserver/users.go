package apiserver

import (
	"context"
	"fmt"
	"slices"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// UserConfig is a client configuration for somebody else, for example
// system:serviceaccount:ack-system:ack-sagemaker-controller. Admission sees the name and groups given, and
// system:authenticated. RBAC applies: see [Server.GrantAll].
func (s *Server) UserConfig(username string, groups ...string) *rest.Config {
	config := s.Config()
	config.Impersonate = rest.ImpersonationConfig{UserName: username, Groups: slices.Clone(groups)}
	return config
}

// GrantAll lets a user do everything, without making it a member of a group that admission could mistake it for. It
// returns when the API server honors the grant.
func (s *Server) GrantAll(ctx context.Context, username string) error {
	clients, err := kubernetes.NewForConfig(s.Config())
	if err != nil {
		return fmt.Errorf("making a client: %w", err)
	}
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "grant-all-"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: username}},
	}
	if _, err := clients.RbacV1().ClusterRoleBindings().Create(ctx, binding, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("granting everything to %s: %w", username, err)
	}
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User:               username,
		ResourceAttributes: &authorizationv1.ResourceAttributes{Verb: "*", Group: "*", Resource: "*"},
	}}
	return poll(ctx, "the grant to "+username, func(ctx context.Context) error {
		answer, err := clients.AuthorizationV1().SubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
		if err != nil {
			return err
		}
		if !answer.Status.Allowed {
			return fmt.Errorf("not allowed yet: %s", answer.Status.Reason)
		}
		return nil
	})
}
