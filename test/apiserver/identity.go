package apiserver

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// ServiceAccountKubeconfig writes a kubeconfig with a token of a service account that exists, and returns its path. It
// is removed by Stop. Admission sees the account as it sees a pod's, but for the names of pod and node in its extra.
func (s *Server) ServiceAccountKubeconfig(ctx context.Context, namespace, name string) (string, error) {
	clients, err := kubernetes.NewForConfig(s.Config())
	if err != nil {
		return "", fmt.Errorf("making a client: %w", err)
	}
	token, err := clients.CoreV1().ServiceAccounts(namespace).
		CreateToken(ctx, name, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		return "", fmt.Errorf("getting a token of service account %s/%s: %w", namespace, name, err)
	}
	config := rest.AnonymousClientConfig(s.Config())
	config.BearerToken = token.Status.Token
	return s.writeKubeconfig(namespace+"."+name, config)
}

// UserKubeconfig writes a kubeconfig with a client certificate for a user that is no service account, and returns its
// path. It is removed by Stop.
func (s *Server) UserKubeconfig(username string, groups ...string) (string, error) {
	user, err := s.environment.AddUser(envtest.User{Name: username, Groups: groups}, nil)
	if err != nil {
		return "", fmt.Errorf("making user %s: %w", username, err)
	}
	return s.writeKubeconfig("user", user.Config())
}

// writeKubeconfig writes what config says of the server and of who asks. Several may have the same name.
func (s *Server) writeKubeconfig(name string, config *rest.Config) (string, error) {
	file, err := os.CreateTemp(s.dir, filepath.Base(name)+"-*.kubeconfig")
	if err != nil {
		return "", fmt.Errorf("writing a kubeconfig: %w", err)
	}
	if err := file.Close(); err != nil {
		return "", fmt.Errorf("writing a kubeconfig: %w", err)
	}
	kubeconfig := clientcmdapi.Config{
		Clusters: map[string]*clientcmdapi.Cluster{name: {
			Server:                   config.Host,
			CertificateAuthorityData: config.CAData,
		}},
		AuthInfos: map[string]*clientcmdapi.AuthInfo{name: {
			Token:                 config.BearerToken,
			ClientCertificateData: config.CertData,
			ClientKeyData:         config.KeyData,
		}},
		Contexts:       map[string]*clientcmdapi.Context{name: {Cluster: name, AuthInfo: name}},
		CurrentContext: name,
	}
	if err := clientcmd.WriteToFile(kubeconfig, file.Name()); err != nil {
		return "", fmt.Errorf("writing a kubeconfig: %w", err)
	}
	return file.Name(), nil
}
