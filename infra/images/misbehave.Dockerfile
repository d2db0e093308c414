# The function that does wrong, for the integration tests. It has a whole system around it, to do wrong with.
ARG NODE_IMAGE=node:26-bookworm-slim
FROM ${NODE_IMAGE} AS node
FROM node AS serverless-vote-misbehave
LABEL org.serverless-vote.image=misbehave
COPY apps/launcher/integration/functions/misbehave.cjs /function/main.cjs
USER 10009:10009
ENTRYPOINT ["node", "/function/main.cjs"]
CMD []
