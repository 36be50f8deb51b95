set -o pipefail
flux build kustomization churn --path churn --kustomization-file clusters/prod.yaml --dry-run --strict-substitute | cmkgate check -
kustomize build churn | flux envsubst --strict | cmkgate check -
