# Which builder `docker build` is. Sourced by what builds images.

# Without buildx the docker command can't speak to BuildKit.
if docker buildx version >/dev/null 2>&1; then export DOCKER_BUILDKIT=1; else export DOCKER_BUILDKIT=0; fi
# An attestation carries the time, and with the containerd image store it is part of the id: every build would be a new image.
export BUILDX_NO_DEFAULT_ATTESTATIONS=1
