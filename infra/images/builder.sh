# Selects the builder of `docker build`. Sourced by the scripts that build images.

# Without buildx the docker command can't use BuildKit.
if docker buildx version >/dev/null 2>&1; then export DOCKER_BUILDKIT=1; else export DOCKER_BUILDKIT=0; fi
# An attestation contains the time, and with the containerd image store it is part of the image's ID: every build would create a new image.
export BUILDX_NO_DEFAULT_ATTESTATIONS=1
