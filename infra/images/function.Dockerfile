# Any function of the catalog: a bundle, node, and the libraries that node loads. No shell, no package manager, nothing else to run.
ARG NODE_IMAGE=node:26-bookworm-slim
FROM ${NODE_IMAGE} AS node
RUN : serverless-vote && mkdir -p /bare/tmp && chmod 1777 /bare/tmp \
  && for file in /usr/local/bin/node $(ldd /usr/local/bin/node | grep -o '/[^ ]*'); do cp --parents --dereference "$file" /bare; done

FROM scratch AS serverless-vote-function
COPY --from=node /bare /
ARG NAME
ARG USER_ID
LABEL org.serverless-vote.image=${NAME}
WORKDIR /function
COPY --from=built functions/${NAME}/dist/main.cjs /function/main.cjs
# The function's role in the database has the function's name.
ENV PATH=/usr/local/bin NODE_ENV=production PGHOST=/var/run/postgresql PGDATABASE=votes PGUSER=${NAME}
USER ${USER_ID}:${USER_ID}
ENTRYPOINT ["node", "/function/main.cjs"]
CMD []
