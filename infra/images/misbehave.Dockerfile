# The misbehaving function for the integration tests, with a whole system that it can misuse.
ARG NODE_IMAGE=node:26-bookworm-slim
FROM ${NODE_IMAGE} AS node
FROM node AS serverless-vote-misbehave
LABEL org.serverless-vote.image=misbehave
COPY apps/launcher/integration/functions/misbehave.cjs /function/main.cjs
USER 10009:10009
ENTRYPOINT ["node", "/function/main.cjs"]
CMD []
