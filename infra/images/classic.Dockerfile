# The three programs of the classic voting application; each container runs one of them.
ARG NODE_IMAGE=node:26-bookworm-slim
FROM ${NODE_IMAGE} AS serverless-vote-classic
COPY apps/classic/dist /classic
LABEL org.serverless-vote.image=classic
USER 65534:65534
