# Everything that the other Dockerfiles copy, built in a container instead of on the host. Needs BuildKit.
ARG NODE_IMAGE=node:26-bookworm-slim
FROM ${NODE_IMAGE} AS serverless-vote-work
WORKDIR /project
COPY . .
RUN --mount=type=cache,id=serverless-vote-npm,target=/root/.npm \
  --mount=type=cache,id=serverless-vote-turbo,target=/project/.turbo \
  : serverless-vote && npm ci --ignore-scripts --no-audit --no-fund \
  && TURBO_TELEMETRY_DISABLED=1 node_modules/.bin/turbo run build --output-logs=new-only \
  && mkdir /built && cp --parents --recursive functions/catalog.json functions/*/dist apps/launcher/dist apps/web/.next/standalone apps/workshop/dist \
    packages/task-agent/dist packages/database infra/images/rehearse-web.mjs /built \
  && node infra/images/functions.mts --users /built/users

FROM scratch AS serverless-vote-build
COPY --from=serverless-vote-work /built /
LABEL org.serverless-vote.image=build
