# The output of Next's build: the traced server, the static files and our own server; from the base only what node loads.
ARG NODE_IMAGE=node:26-bookworm-slim
FROM ${NODE_IMAGE} AS node

FROM scratch AS serverless-vote-web-copied
# What node loads, in a folder where every loader looks; the loader itself, where x86-64 has it and where arm64 does.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/lib/*-linux-gnu/libatomic.so.1 /usr/lib/*-linux-gnu/libstdc++.so.6 /usr/lib/*-linux-gnu/libgcc_s.so.1 \
  /usr/lib/*-linux-gnu/libc.so.6 /usr/lib/*-linux-gnu/libm.so.6 /usr/lib/*-linux-gnu/libdl.so.2 /usr/lib/*-linux-gnu/libpthread.so.0 \
  /usr/lib/*-linux-gnu/ld-linux-*.so.? /lib/
COPY --from=node /usr/lib/*-linux-gnu/ld-linux-*.so.? /lib64/
LABEL org.serverless-vote.image=web
WORKDIR /app
COPY --from=built apps/web/.next/standalone /app
COPY --from=built infra/images/rehearse-web.mjs /app/rehearse-web.mjs
ENV PATH=/usr/local/bin NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 NODE_COMPILE_CACHE=/app/compile-cache
# uid and gid: BuildKit looks up a bare uid in /etc/passwd, which an image from scratch doesn't have.
USER 10003:10003
ENTRYPOINT ["node", "/app/apps/web/server.mjs"]
CMD []

# The compile cache's path contains the uid, so it has to be filled by the user that runs web; and the architecture, so it can't be
# filled for another.
FROM serverless-vote-web-copied AS serverless-vote-web
USER 0:0
RUN ["node", "-e", "/* serverless-vote */ for (const folder of ['/tmp', '/app/compile-cache']) { fs.mkdirSync(folder, { recursive: true }); fs.chownSync(folder, 10003, 0); }"]
USER 10003:10003
RUN ["node", "/app/rehearse-web.mjs", "serverless-vote"]
