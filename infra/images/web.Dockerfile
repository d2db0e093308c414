# The output of Next's build: the traced server, the static files and our own server; from the base only what node loads.
ARG NODE_IMAGE=node:26-bookworm-slim
FROM ${NODE_IMAGE} AS node
RUN : serverless-vote && mkdir -p /bare/tmp && chmod 1777 /bare/tmp \
  && for file in /usr/local/bin/node $(ldd /usr/local/bin/node | grep -o '/[^ ]*'); do cp --parents --dereference "$file" /bare; done

FROM scratch AS serverless-vote-web
COPY --from=node /bare /
LABEL org.serverless-vote.image=web
WORKDIR /app
COPY --from=built apps/web/.next/standalone /app
COPY --from=built infra/images/rehearse-web.mjs /app/rehearse-web.mjs
ENV PATH=/usr/local/bin NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 NODE_COMPILE_CACHE=/app/compile-cache
# The compile cache's path contains the uid, so it has to be filled by the user that runs web.
RUN ["node", "-e", "/* serverless-vote */ fs.mkdirSync('/app/compile-cache', { recursive: true }); fs.chownSync('/app/compile-cache', 10003, 0)"]
# uid and gid: BuildKit looks up a bare uid in /etc/passwd, which an image from scratch doesn't have.
USER 10003:10003
RUN ["node", "/app/rehearse-web.mjs", "serverless-vote"]
ENTRYPOINT ["node", "/app/apps/web/server.mjs"]
CMD []
