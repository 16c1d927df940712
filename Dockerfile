# syntax=docker/dockerfile:1

# Build: one static binary, everything embedded.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG VERSION=dev COMMIT=
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -buildvcs=false -gcflags textdesk/views/...=-l \
      -ldflags "-s -w -X textdesk/commands.Version=${VERSION} -X textdesk/commands.Commit=${COMMIT}" -o /textdesk . \
 && mkdir /data

# Run: no shell, no package manager, not root. Certificates come with the image,
# time zones are in the binary.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /textdesk /textdesk
COPY --from=build --chown=65532:65532 --chmod=700 /data /data
ENV TEXTDESK_DATA=/data TEXTDESK_LISTEN=:8080
USER 65532:65532
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=6s --start-period=10s CMD ["/textdesk", "healthcheck"]
ENTRYPOINT ["/textdesk"]
CMD ["serve"]
