# Needs Go, make and git, nothing else. What is built goes to .bin/; `make help` lists the targets.

SHELL       := bash
MAKEFLAGS   += --no-builtin-rules
.DEFAULT_GOAL := help

BIN      := .bin
KUBE_BIN := $(BIN)/kube
ACK_BIN  := $(BIN)/ack
ARGOCD_BIN := $(BIN)/argocd
FLUX_BIN := $(BIN)/flux

# How long each fuzz target runs, which benchmarks run, and what else `go test` is told.
FUZZTIME ?= 10s
BENCH    ?= .
GOTESTFLAGS ?=

##@ Every day

.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} \
	  /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z0-9-]+:.*## / {printf "  %-23s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build cmkgate and cmkgate-webhook into .bin/
	go build -o $(BIN)/ ./cmd/...

# With CMKGATE_KUBE_BIN set, a test that needs the API server fails without it; otherwise it is skipped. Go's cache of
# test results does not see that a test runs another program, here the webhook: hence -count=1. Some tests wait more than
# they work: one more at a time than there are cores.
GO_TEST = CMKGATE_BIN="$(CURDIR)/$(BIN)" CMKGATE_KUBE_BIN="$(CURDIR)/$(KUBE_BIN)" \
  go test -count=1 -p $$(( $$(nproc 2>/dev/null || echo 2) + 1 )) -timeout 60m $(GOTESTFLAGS)

# What takes longest begins first.
LONGEST := ./test/parity ./test/certs ./cmd/cmkgate

.PHONY: test
test: kube build ## Run all tests, including those against a real API server; large tests are sampled
	$(GO_TEST) -short $(LONGEST) ./...

# Whole are test/chart and test/gitops with their tools only, by chart-test and gitops-test.
.PHONY: test-long
test-long: kube build ## Run the tests with all of what make test samples
	$(GO_TEST) $(LONGEST) $$(go list ./... | grep -vE '/test/(chart|gitops)$$')

# Part of make test-long. PARITY="-everywhere", "-objects 100000 -seed 7000000" and the like compare more.
PARITY ?=

.PHONY: parity
parity: kube build ## Prove that the command line and the webhook give the same results (PARITY=FLAGS)
	@set -o pipefail; $(GO_TEST) -v -timeout 4h ./test/parity $(PARITY) | grep -E '^(--- |ok|FAIL|    --- )|_test\.go:|^ +[-+{]'

# Nothing of the verbose output but what each scene came to, and what it has to say.
.PHONY: e2e-ack
e2e-ack: kube ack ## Prove with ACK's real controllers that AWS is asked for the keys that the cluster shows
	@set -o pipefail; CMKGATE_KUBE_BIN="$(CURDIR)/$(KUBE_BIN)" CMKGATE_ACK_BIN="$(CURDIR)/$(ACK_BIN)" \
	  go test -count=1 -v $(GOTESTFLAGS) ./test/ack | grep -vE '^ *(=== |--- PASS)'

# SEQUENCES="-seed 42 -n 1" repeats one, "-n 5000" plays more. See test/sequences.
SEQUENCES ?=
SEQUENCES_TEST = CMKGATE_KUBE_BIN="$(CURDIR)/$(KUBE_BIN)" CMKGATE_ACK_BIN="$(CURDIR)/$(ACK_BIN)" \
  go test -count=1 -v -timeout 4h $(GOTESTFLAGS) ./test/sequences

.PHONY: e2e-hostile
e2e-hostile: kube build ## Send generated objects of a megabyte to a replica with the chart's memory limit
	CMKGATE_HOSTILE=1 $(GO_TEST) -v -run 'Hostile|WorkGrows' ./test/hostile ./policies

.PHONY: e2e-sequences
e2e-sequences: kube ack ## Prove with ACK's real controllers that no sequence of requests loses a key or does harm (SEQUENCES=FLAGS)
	@set -o pipefail; $(SEQUENCES_TEST) -run '^(TestFixed|TestGenerated)$$' -args $(SEQUENCES) | grep -vE '^ *(=== |--- PASS)'

# Builds the webhook once for each of its handlings, without it.
.PHONY: e2e-sequences-handlings
e2e-sequences-handlings: kube ack ## Prove that e2e-sequences fails without each handling that it tests
	@set -o pipefail; $(SEQUENCES_TEST) -run '^TestHandlings$$' -args -handlings | grep -vE '^ *(=== |--- PASS)'

# The scenes wait for Flux most of the time: more at once than there are cores.
.PHONY: e2e-flux
e2e-flux: kube flux gitops-tools ## Prove with Flux' real controllers what docs/gitops.md says about Flux
	@set -o pipefail; CMKGATE_KUBE_BIN="$(CURDIR)/$(KUBE_BIN)" CMKGATE_FLUX_BIN="$(CURDIR)/$(FLUX_BIN)" \
	  CMKGATE_KUSTOMIZE="$(CURDIR)/$(BIN)/kustomize" \
	  go test -count=1 -v -parallel 16 $(GOTESTFLAGS) ./test/flux | grep -vE '^ *(=== |--- PASS)'

# The cluster that the suite takes for itself: lab, which $(LAB) starts where Docker is missing (as root), or kind. The
# suite runs where the lab's network is. E2E_RUN=regexp chooses parts.
E2E     ?= lab
LAB     ?= hack/lab/lab
E2E_RUN ?= .
E2E_IMAGE_TAR := $(CURDIR)/$(BIN)/e2e-image.tar

.PHONY: e2e
e2e: chart-tools ## Prove on a real cluster what docs/reliability.md says (E2E=lab|kind, LAB=PATH)
	@$(MAKE) --no-print-directory image-tar IMAGE=localhost/cmkgate VERSION=e2e IMAGE_TAR=$(E2E_IMAGE_TAR)
	@$(if $(filter kind,$(E2E)),kind get clusters | grep -qx cmkgate-e2e || kind create cluster --name cmkgate-e2e,$(LAB) up)
	@set -o pipefail; CMKGATE_E2E=$(E2E) CMKGATE_HELM="$(CURDIR)/$(BIN)/helm" CMKGATE_E2E_IMAGE_TAR="$(E2E_IMAGE_TAR)" \
	  CMKGATE_E2E_FIGURES="$(CURDIR)/$(BIN)/e2e-figures.md" CGO_ENABLED=0 \
	  go test -count=1 -v -timeout 30m -run '^TestReliability$$/($(E2E_RUN))' $(if $(filter lab,$(E2E)),-exec "$(abspath $(LAB)) exec") \
	  $(GOTESTFLAGS) ./test/e2e | grep -v '^ *=== '

# Redis comes from the system. What needs no pods runs here; the PreSync hook runs in them, on a cluster of its own (see
# e2e), where Argo CD's processes talk to the cluster from outside.
.PHONY: e2e-argocd
e2e-argocd: kube argocd gitops-tools ## Prove with a real Argo CD what docs/gitops.md says about it
	@set -o pipefail; CMKGATE_KUBE_BIN="$(CURDIR)/$(KUBE_BIN)" $(ARGOCD_TEST) -run '^TestArgoCD$$' | grep -v '^ *=== '

.PHONY: e2e-argocd-hook
e2e-argocd-hook: argocd gitops-tools ## Prove on a real cluster what its PreSync hook does (E2E=lab|kind, LAB=PATH)
	@$(MAKE) --no-print-directory image-tar IMAGE=localhost/cmkgate VERSION=e2e IMAGE_TAR=$(E2E_IMAGE_TAR)
	@$(if $(filter kind,$(E2E)),kind get clusters | grep -qx cmkgate-e2e || kind create cluster --name cmkgate-e2e,$(LAB) up)
	@$(if $(filter kind,$(E2E)),kind load image-archive --name cmkgate-e2e $(E2E_IMAGE_TAR),$(LAB) exec \
	  sh -c 'ctr -a "$${KUBECONFIG%/*}/containerd.sock" -n k8s.io images import --local $(E2E_IMAGE_TAR)')
	@set -o pipefail; CMKGATE_HOOK_IMAGE=localhost/cmkgate:e2e CGO_ENABLED=0 $(ARGOCD_TEST) -run '^TestHook$$' \
	  $(if $(filter lab,$(E2E)),-exec "$(abspath $(LAB)) exec") | grep -v '^ *=== '

ARGOCD_TEST = CMKGATE_ARGOCD_BIN="$(CURDIR)/$(ARGOCD_BIN)" CMKGATE_KUSTOMIZE="$(CURDIR)/$(BIN)/kustomize" \
  go test -count=1 -v $(GOTESTFLAGS) ./test/argocd

# Go's cache of test results sees neither helm nor the chart: hence -count=1.
.PHONY: chart-test
chart-test: chart-tools kube build ## Lint and test the Helm chart
	$(BIN)/helm lint --strict --quiet charts/cmkgate --values test/chart/testdata/values/minimal.yaml
	$(BIN)/helm-unittest --strict charts/cmkgate
	CMKGATE_HELM="$(CURDIR)/$(BIN)/helm" $(GO_TEST) ./test/chart
	cd hack/monitoring && CMKGATE_HELM="$(CURDIR)/$(BIN)/helm" go test -count=1 ./...

# Go's cache of test results does not see the recipes: hence -count=1.
.PHONY: gitops-test
gitops-test: gitops-tools ## Run the recipes of docs/gitops.md, the action and the hooks
	CMKGATE_KUSTOMIZE="$(CURDIR)/$(BIN)/kustomize" go test -count=1 $(GOTESTFLAGS) ./test/gitops

# The command line goes first: it is built in seconds, the API server in minutes. What it finds ends it with 1.
DEMO_CHECK := $(BIN)/cmkgate check --config test/demo/cmkgate.yaml test/demo/manifests

.PHONY: demo
demo: ## Show cmkgate at work: the command line at once, then on a real API server (KEEP=1 leaves it running)
	@echo "Building the command line ..."
	@go build -o $(BIN)/ ./cmd/cmkgate
	@echo; echo "First the command line, before anything is applied:"; echo "   $$ $(DEMO_CHECK)"
	@$(DEMO_CHECK); [ $$? = 1 ] || { echo "cmkgate check should have denied two objects" >&2; exit 1; }
	@echo; echo "Then the same manifests on a real API server."
	@$(MAKE) --no-print-directory kube
	@echo "Building the webhook and the demo ..."
	@go build -o $(BIN)/ ./cmd/cmkgate-webhook ./test/demo
	@CMKGATE_KUBE_BIN="$(CURDIR)/$(KUBE_BIN)" $(BIN)/demo -webhook $(BIN)/cmkgate-webhook

.PHONY: lint
lint: $(BIN)/golangci-lint ## Run the linters
	$(BIN)/golangci-lint run
	cd hack/image && $(abspath $(BIN))/golangci-lint run --allow-serial-runners --config $(CURDIR)/.golangci.yml
	cd hack/monitoring && $(abspath $(BIN))/golangci-lint run --allow-serial-runners --config $(CURDIR)/.golangci.yml

.PHONY: fmt
fmt: $(BIN)/golangci-lint ## Format the code as the linters require
	$(BIN)/golangci-lint fmt

##@ Generated files

.PHONY: generate
generate: ## Write docs/policies.md, the configuration's JSON schema and all other generated files
	go generate ./...

# Compares before and after, so that it also serves in a tree with work in progress.
.PHONY: verify-generate
verify-generate: ## Fail if a generated file is stale
	@mkdir -p $(BIN)
	@$(snapshot) >$(BIN)/before-generate
	@$(MAKE) --no-print-directory generate
	@$(snapshot) >$(BIN)/after-generate
	@diff -u $(BIN)/before-generate $(BIN)/after-generate || \
	  { echo "Generated files are stale. Run 'make generate' and commit the result." >&2; exit 1; }

snapshot = { git status --porcelain --untracked-files=all; git diff --no-ext-diff; }

##@ The image

# What the image is called and holds. Its time is the commit's, so that the same commit gives the same bytes.
IMAGE      ?= localhost/cmkgate
ARCH       ?= $(shell go env GOARCH)
VERSION    ?= $(shell git describe --tags --always --dirty)
REVISION   ?= $(shell git rev-parse HEAD)
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct)
IMAGE_ROOT ?= $(BIN)/image/$(ARCH)
IMAGE_TAR  ?= $(BIN)/cmkgate-image.tar

comma := ,
space := $(subst ,, )

.PHONY: image
image: ## Build the image with Docker (ARCH="amd64 arm64" IMAGE=NAME VERSION=TAG)
	SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH) docker buildx build --tag $(IMAGE):$(VERSION) \
	  --platform $(subst $(space),$(comma),$(ARCH:%=linux/%)) \
	  --build-arg VERSION=$(VERSION) --build-arg REVISION=$(REVISION) .

.PHONY: image-tar
image-tar: $(BIN)/image-tool ## Write the same image as an OCI archive, without Docker (ARCH, IMAGE, VERSION, IMAGE_TAR)
	@rm -rf $(BIN)/image
	@for arch in $(ARCH); do $(MAKE) --no-print-directory image-root ARCH=$$arch IMAGE_ROOT=$(BIN)/image/$$arch || exit; done
	@$(BIN)/image-tool -o $(IMAGE_TAR) -name $(IMAGE):$(VERSION) -epoch $(SOURCE_DATE_EPOCH) \
	  -arg VERSION=$(VERSION) -arg REVISION=$(REVISION) -root $(BIN)/image $(ARCH)
	@echo "$(IMAGE_TAR) holds $(IMAGE):$(VERSION) for $(ARCH)."

# Go's own version control stamp is left out: a build of the Dockerfile does not see the repository.
.PHONY: image-root
image-root:
	@mkdir -p $(IMAGE_ROOT)/tmp && chmod 1777 $(IMAGE_ROOT)/tmp
	@package=github.com/cmkgate/cmkgate/cmd/internal/version; \
	  CGO_ENABLED=0 GOOS=linux GOARCH=$(ARCH) go build -trimpath -buildvcs=false -o $(IMAGE_ROOT)/ \
	    -ldflags "-s -w -X $$package.stamped=$(VERSION) -X $$package.revision=$(REVISION)" ./cmd/cmkgate ./cmd/cmkgate-webhook

.PHONY: image-test
image-test: ## Test the image: its contents, that it runs, and that the same commit gives the same bytes
	cd hack/image && go test -count=1 ./...

##@ The release

GORELEASER := PATH="$(abspath $(BIN)):$$PATH" goreleaser

.PHONY: release
release: release-tools ## Publish the tag that is checked out (needs GITHUB_TOKEN; RELEASE_FLAGS=--skip=publish only makes it)
	@$(MAKE) --no-print-directory release-notes >$(BIN)/release-notes.md
	$(GORELEASER) release --clean --release-notes $(BIN)/release-notes.md $(RELEASE_FLAGS)

.PHONY: release-snapshot
release-snapshot: release-tools ## Make a release of what is checked out in .bin/dist/, without publishing
	$(GORELEASER) release --snapshot --clean

.PHONY: release-notes
release-notes: ## Print the section of a version in CHANGELOG.md (VERSION=v1.2.3)
	@awk -v section='## [$(VERSION:v%=%)]' ' \
	  index($$0, section) == 1 {found = 1; next} \
	  found && /^## / {exit} \
	  found {print} \
	  END {if (!found) {print "CHANGELOG.md has no section " substr(section, 4) ": rename [Unreleased] to it" >"/dev/stderr"; exit 1}}' \
	  CHANGELOG.md

# Under the names by which the shells look for them.
.PHONY: completions
completions: ## Write the shells' completion scripts into .bin/completions/
	@rm -rf $(BIN)/completions && mkdir -p $(BIN)/completions
	@set -eu; completion() { go run -trimpath ./cmd/cmkgate completion "$$1" >"$(BIN)/completions/$$2"; }; \
	  completion bash cmkgate.bash; completion zsh _cmkgate; completion fish cmkgate.fish; completion powershell cmkgate.ps1

# CMKGATE_RELEASE_PLATFORMS=all goes through every archive, not only those of this platform and of a foreign one.
.PHONY: release-test
release-test: release-tools kube ## Test the release: its contents, that it runs, and that the same commit gives the same bytes
	@$(GORELEASER) check --quiet
	CMKGATE_RELEASE_TOOLS="$(abspath $(BIN))" CMKGATE_KUBE_BIN="$(abspath $(KUBE_BIN))" \
	  go test -count=1 -timeout 30m $(GOTESTFLAGS) ./test/release

##@ Measurements

.PHONY: bench
bench: ## Run the benchmarks (BENCH=regexp chooses)
	go test -run '^$$' -bench '$(BENCH)' -benchmem ./...

.PHONY: bench-peers
bench-peers: ## Time cmkgate check beside kubeconform on the same files
	@cd hack/peers && go build -o ../../$(BIN)/kubeconform github.com/yannh/kubeconform/cmd/kubeconform
	CMKGATE_KUBECONFORM="$(CURDIR)/$(BIN)/kubeconform" go test -run '^$$' -bench BesideKubeconform ./cmd/cmkgate

.PHONY: fuzz
fuzz: ## Run each fuzz target briefly (FUZZTIME=10s)
	@grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | while IFS=: read -r file target; do \
	  echo "$${target#func } in $${file%/*}"; \
	  go test -run '^$$' -fuzz "^$${target#func }\$$" -fuzztime $(FUZZTIME) "$${file%/*}" || exit; \
	done

##@ Tools

# A stamp carries the hash of what determines the build: checking out another branch and back builds nothing.
hash       = $(shell cat $(1) | git hash-object --stdin)
KUBE_STAMP := $(KUBE_BIN)/.built-$(call hash,hack/kube/go.mod hack/kube/go.sum)
ACK_STAMP  := $(ACK_BIN)/.built-$(call hash,hack/ack/sagemaker/go.mod hack/ack/sagemaker/go.sum hack/ack/s3/go.mod hack/ack/s3/go.sum)
FLUX_STAMP := $(FLUX_BIN)/.built-$(call hash,hack/flux/controllers/go.mod hack/flux/controllers/go.sum hack/flux/cli/go.mod hack/flux/cli/go.sum)
CHART_STAMP := $(BIN)/.chart-$(call hash,hack/chart/helm/go.mod hack/chart/helm/go.sum hack/chart/unittest/go.mod hack/chart/unittest/go.sum)
RELEASE_STAMP := $(BIN)/.release-$(call hash,hack/release/go.mod hack/release/go.sum)
GITOPS_STAMP := $(BIN)/.gitops-$(call hash,hack/gitops/go.mod hack/gitops/go.sum)
ARGOCD_STAMP := $(ARGOCD_BIN)/.built-$(call hash,hack/argocd/go.mod hack/argocd/go.sum)
LINT_STAMP := $(BIN)/.lint-$(call hash,hack/tools/go.mod hack/tools/go.sum)

.PHONY: kube
kube: $(KUBE_STAMP) ## Build etcd, kube-apiserver and kubectl into .bin/kube/ (minutes, once)

# kube-apiserver refuses to start without a version, which its own build scripts put in by linker flags.
$(KUBE_STAMP):
	@echo "Building etcd, kube-apiserver and kubectl into $(KUBE_BIN)/: about 5 minutes on 2 cores, once."
	@mkdir -p $(KUBE_BIN)
	@rm -f $(KUBE_BIN)/.built-*
	@set -eu; cd hack/kube; \
	  version=$$(go list -m -f '{{.Version}}' k8s.io/kubernetes); \
	  IFS=. read -r major minor _ <<<"$${version#v}"; \
	  package=k8s.io/component-base/version; \
	  flags="-s -w -X $$package.gitVersion=$$version -X $$package.gitMajor=$$major -X $$package.gitMinor=$$minor"; \
	  build() { echo "  $$1 ..."; go build -o "../../$(KUBE_BIN)/$$1" -ldflags "$$flags" "$$2"; }; \
	  build etcd go.etcd.io/etcd/server/v3; \
	  build kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver; \
	  build kubectl k8s.io/kubernetes/cmd/kubectl
	@touch $@

.PHONY: ack
ack: $(ACK_STAMP) ## Build ACK's SageMaker and S3 controllers into .bin/ack/ (minutes, once)

# A module each: the two need different versions of the ACK runtime. ACK's images name the binary so, and it names itself
# to the API server after it.
$(ACK_STAMP):
	@echo "Building ACK's controllers into $(ACK_BIN)/: about 4 minutes on 2 cores, once."
	@mkdir -p $(ACK_BIN)
	@rm -f $(ACK_BIN)/.built-*
	@set -eu; for service in sagemaker s3; do \
	  echo "  $$service ..."; \
	  (cd hack/ack/$$service && go build -o "../../../$(ACK_BIN)/$$service/controller" -ldflags "-s -w" \
	    github.com/aws-controllers-k8s/$$service-controller/cmd/controller); \
	done
	@touch $@

.PHONY: flux
flux: $(FLUX_STAMP) ## Build Flux' source-controller, kustomize-controller and command line into .bin/flux/ (minutes, once)

# Flux' command line embeds the manifests that its releases carry and its module lacks. Nothing here installs Flux with
# it, so it is built from a copy that has a file in their place.
$(FLUX_STAMP):
	@echo "Building Flux' controllers and command line into $(FLUX_BIN)/: about 5 minutes on 2 cores, once."
	@mkdir -p $(FLUX_BIN)
	@rm -f $(FLUX_BIN)/.built-*
	@cd hack/flux/controllers && go build -o ../../../$(FLUX_BIN)/ -ldflags "-s -w" \
	  github.com/fluxcd/source-controller github.com/fluxcd/kustomize-controller
	@set -eu; cd hack/flux/cli; copy="$(CURDIR)/$(FLUX_BIN)/cli"; module=github.com/fluxcd/flux2/v2; \
	  go mod download $$module; rm -rf "$$copy"; \
	  cp -R "$$(go list -m -f '{{.Dir}}' $$module)" "$$copy"; chmod -R u+w "$$copy"; \
	  mkdir -p "$$copy/cmd/flux/manifests"; touch "$$copy/cmd/flux/manifests/none.yaml"; \
	  cp go.mod "$$copy/build.mod"; cp go.sum "$$copy/build.sum"; \
	  go mod edit -replace "$$module=$$copy" "$$copy/build.mod"; \
	  go build -modfile="$$copy/build.mod" -o "$(CURDIR)/$(FLUX_BIN)/flux" \
	    -ldflags "-s -w -X main.VERSION=$$(go list -m -f '{{.Version}}' $$module | sed s/^v//)" $$module/cmd/flux; \
	  rm -rf "$$copy"
	@touch $@

# Go itself sees what has changed.
.PHONY: $(BIN)/image-tool
$(BIN)/image-tool:
	@cd hack/image && go build -o $(abspath $@) .

.PHONY: chart-tools
chart-tools: $(CHART_STAMP) ## Build helm and helm-unittest into .bin/ (minutes, once)

# A module each: the two need different versions of Kubernetes' YAML libraries.
$(CHART_STAMP):
	@echo "Building helm and helm-unittest into $(BIN)/: about 2 minutes on 2 cores, once."
	@mkdir -p $(BIN)
	@rm -f $(BIN)/.chart-*
	@cd hack/chart/helm && go build -o ../../../$(BIN)/helm -ldflags "-s -w" helm.sh/helm/v4/cmd/helm
	@cd hack/chart/unittest && go build -o ../../../$(BIN)/helm-unittest -ldflags "-s -w" \
	  github.com/helm-unittest/helm-unittest/cmd/helm-unittest
	@touch $@

.PHONY: gitops-tools
gitops-tools: $(GITOPS_STAMP) ## Build kustomize into .bin/ (a minute, once)

$(GITOPS_STAMP):
	@echo "Building kustomize into $(BIN)/: about a minute on 2 cores, once."
	@mkdir -p $(BIN)
	@rm -f $(BIN)/.gitops-*
	@cd hack/gitops && go build -o ../../$(BIN)/kustomize -ldflags "-s -w" sigs.k8s.io/kustomize/kustomize/v5
	@touch $@

.PHONY: release-tools
release-tools: $(RELEASE_STAMP) ## Build goreleaser and cyclonedx-gomod into .bin/ (minutes, once)

# An SBOM names the hash of the program that wrote it, which for that reason is built to be the same everywhere.
$(RELEASE_STAMP):
	@echo "Building goreleaser and cyclonedx-gomod into $(BIN)/: about 3 minutes on 2 cores, once."
	@mkdir -p $(BIN)
	@rm -f $(BIN)/.release-*
	@cd hack/release && go build -o ../../$(BIN)/goreleaser -ldflags "-s -w" github.com/goreleaser/goreleaser/v2
	@cd hack/release && CGO_ENABLED=0 go build -trimpath -o ../../$(BIN)/cyclonedx-gomod -ldflags "-s -w" \
	  github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod
	@touch $@

.PHONY: argocd
argocd: $(ARGOCD_STAMP) ## Build Argo CD into .bin/argocd/ (minutes, once)

# One binary that is every component, after the name that it is told; the CRDs and the script that its image has beside it.
$(ARGOCD_STAMP):
	@echo "Building Argo CD into $(ARGOCD_BIN)/: about 5 minutes on 2 cores, once."
	@mkdir -p $(ARGOCD_BIN)/crds
	@rm -f $(ARGOCD_BIN)/.built-* $(ARGOCD_BIN)/crds/*
	@set -eu; cd hack/argocd; module=github.com/argoproj/argo-cd/v3; \
	  go build -o ../../$(ARGOCD_BIN)/argocd \
	    -ldflags "-s -w -X $$module/common.version=$$(go list -m -f '{{.Version}}' $$module)" $$module/cmd; \
	  cd "$$(go list -m -f '{{.Dir}}' $$module)"; \
  install -m 644 manifests/crds/*-crd.yaml "$(CURDIR)/$(ARGOCD_BIN)/crds"; \
  install -m 755 hack/git-verify-wrapper.sh "$(CURDIR)/$(ARGOCD_BIN)"
	@touch $@

$(BIN)/golangci-lint: $(LINT_STAMP)

$(LINT_STAMP):
	@echo "Building golangci-lint into $(BIN)/: about a minute on 2 cores, once."
	@mkdir -p $(BIN)
	@rm -f $(BIN)/.lint-*
	@cd hack/tools && go build -o ../../$(BIN)/golangci-lint -ldflags "-s -w" \
	  github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@touch $@

.PHONY: clean
clean: ## Remove what was built, including the API server
	rm -rf $(BIN)
