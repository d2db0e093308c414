# Any function of the catalog: a bundle, and node. A new function needs no Dockerfile of its own.
ARG NODE_IMAGE=node:26-bookworm-slim
FROM ${NODE_IMAGE}
ARG NAME
ARG USER_ID
ARG BUNDLE=functions/${NAME}/dist/main.cjs
LABEL org.serverless-vote.image=${NAME}
WORKDIR /function
COPY ${BUNDLE} /function/main.cjs
# Its role in the database has its name.
ENV NODE_ENV=production PGHOST=/var/run/postgresql PGDATABASE=votes PGUSER=${NAME}
USER ${USER_ID}
ENTRYPOINT ["node", "/function/main.cjs"]
CMD []
