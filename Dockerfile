# cmkgate's image: two static binaries and an empty /tmp, nothing else. No CA certificates: cmkgate talks to the API
# server alone, whose CA comes with the pod. `make image` builds this file; `make image-tar` writes the same image
# without Docker, from the same build and what the last stage says (hack/image).

ARG GO_VERSION=1.26.8

FROM --platform=$BUILDPLATFORM golang:$GO_VERSION AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG TARGETARCH
ARG VERSION
ARG REVISION
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    make image-root ARCH=$TARGETARCH IMAGE_ROOT=/out VERSION=$VERSION REVISION=$REVISION

FROM scratch
ARG VERSION
ARG REVISION
LABEL org.opencontainers.image.title="cmkgate" \
      org.opencontainers.image.description="Admission webhook and command line: what ACK creates for SageMaker and S3 is encrypted with customer-managed KMS keys" \
      org.opencontainers.image.source="https://github.com/cmkgate/cmkgate" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
COPY --from=build /out/ /
USER 65532:65532
ENTRYPOINT ["/cmkgate-webhook"]
