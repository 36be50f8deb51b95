package apiserver_test

import (
	"os"
	"path/filepath"
	"testing"

	s3 "github.com/aws-controllers-k8s/s3-controller/apis/v1alpha1"
	sagemaker "github.com/aws-controllers-k8s/sagemaker-controller/apis/v1alpha1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// The group of the kinds that all ACK controllers share, FieldExport for one. Their Go types live elsewhere.
const sharedGroup = "services.k8s.aws"

// The Go types and the CRDs come out of the same modules by different ways. A kind that only one of them had would be
// a kind that some tests never see.
func TestCRDsMatchGoTypes(t *testing.T) {
	paths, err := apiserver.CRDPaths(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	crds := sets.New[schema.GroupKind]()
	for _, path := range paths {
		crds = crds.Union(crdKinds(t, path))
	}
	types := goKinds(t, sagemaker.AddToScheme, sagemaker.GroupVersion).
		Union(goKinds(t, s3.AddToScheme, s3.GroupVersion))
	if missing := types.Difference(crds); missing.Len() > 0 {
		t.Errorf("no CRD for %v", missing.UnsortedList())
	}
	if missing := crds.Difference(types); missing.Len() > 0 {
		t.Errorf("no Go type for %v", missing.UnsortedList())
	}
}

func crdKinds(t *testing.T, dir string) sets.Set[schema.GroupKind] {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	kinds := sets.New[schema.GroupKind]()
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var crd apiextensionsv1.CustomResourceDefinition
		if err := yaml.Unmarshal(content, &crd); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if crd.Kind == "CustomResourceDefinition" && crd.Spec.Group != sharedGroup {
			kinds.Insert(schema.GroupKind{Group: crd.Spec.Group, Kind: crd.Spec.Names.Kind})
		}
	}
	return kinds
}

// goKinds lists the types that have a list type: the scheme also holds what every group has, such as WatchEvent.
func goKinds(t *testing.T, add func(*runtime.Scheme) error, version schema.GroupVersion) sets.Set[schema.GroupKind] {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := add(scheme); err != nil {
		t.Fatal(err)
	}
	known := scheme.KnownTypes(version)
	kinds := sets.New[schema.GroupKind]()
	for kind := range known {
		if _, ok := known[kind+"List"]; ok {
			kinds.Insert(schema.GroupKind{Group: version.Group, Kind: kind})
		}
	}
	return kinds
}
