package manifests

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// ACK returns the samples and the end-to-end resources of both ACK modules, with
// their placeholders filled: a unit for each folder of samples and for each other file.
func ACK(ctx context.Context) ([]Unit, error) {
	var out []Unit
	for module, folders := range map[string][]string{
		"sagemaker-controller": {"samples", "test/e2e/resources"},
		"s3-controller":        {"test/e2e/resources"},
	} {
		dir, err := apiserver.ModuleDir(ctx, "github.com/aws-controllers-k8s/"+module)
		if err != nil {
			return nil, fmt.Errorf("finding ACK's manifests: %w", err)
		}
		for _, folder := range folders {
			units, err := folderUnits(module, filepath.Join(dir, folder), folder == "samples")
			if err != nil {
				return nil, fmt.Errorf("reading ACK's manifests: %w", err)
			}
			out = append(out, units...)
		}
	}
	slices.SortFunc(out, func(a, b Unit) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

func folderUnits(module, dir string, byFolder bool) ([]Unit, error) {
	found := map[string][][]byte{}
	tree := os.DirFS(dir)
	err := fs.WalkDir(tree, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		name := strings.TrimSuffix(path, ".yaml")
		if byFolder {
			name = filepath.Dir(path)
		}
		name = module + "/" + filepath.Base(dir) + "/" + strings.ReplaceAll(name, "/", "-")
		data, err := fs.ReadFile(tree, path)
		found[name] = append(found[name], fill(data, name))
		return err
	})
	var out []Unit
	for name, parts := range found {
		out = append(out, Unit{name, bytes.Join(parts, []byte("\n---\n"))})
	}
	return out, err
}

var placeholder = regexp.MustCompile(`<YOUR[A-Za-z_ /.-]+>|<BUCKET_NAME>|<REGION>|\$[A-Z][A-Z_0-9]+`)

// fill puts values where the manifests have placeholders. AWS names are the
// unit's own, since AWS knows a bucket or an EndpointConfig by name only.
func fill(data []byte, unit string) []byte {
	hash := fnv.New32a()
	hash.Write([]byte(unit))
	suffix := fmt.Sprintf("%x", hash.Sum32())
	return placeholder.ReplaceAllFunc(data, func(p []byte) []byte {
		name := strings.Trim(string(p), "<>$")
		switch {
		case strings.HasSuffix(name, "INSTANCE_TYPE"), strings.HasSuffix(name, "INSTANCE_TYPES"):
			return []byte("ml.m5.xlarge")
		case strings.Contains(name, "ROLE"), strings.HasSuffix(name, "ARN"):
			return []byte("arn:aws:iam::111122223333:role/ack")
		case name == "BUCKET_NAME" && strings.Contains(unit, "directory_bucket"):
			return []byte("directory-" + suffix + "--euw1-az1--x-s3")
		case name == "ADOPTION_POLICY":
			return []byte(adoptionPolicy(unit))
		case name == "ADOPTION_FIELDS":
			return []byte(`{\"name\": \"adopted\"}`)
		case name == "DELETION_POLICY":
			return []byte("delete")
		}
		name = strings.NewReplacer(" ", "-", "_", "-", "/", "-", ".", "-").Replace(strings.ToLower(name))
		return []byte(name + "-" + suffix)
	})
}

func adoptionPolicy(unit string) string {
	if strings.Contains(unit, "or_create") {
		return "adopt-or-create"
	}
	return "adopt"
}
