# Any function of the catalog: a bundle, node, and the libraries that node loads. No shell, no package manager, nothing else to run.
# Nothing is run to build it either, so that it can be built for another architecture.
ARG NODE_IMAGE=node:26-bookworm-slim
FROM ${NODE_IMAGE} AS node

FROM scratch AS serverless-vote-function
# What node loads, in a folder where every loader looks; the loader itself, where x86-64 has it and where arm64 does.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/lib/*-linux-gnu/libatomic.so.1 /usr/lib/*-linux-gnu/libstdc++.so.6 /usr/lib/*-linux-gnu/libgcc_s.so.1 \
  /usr/lib/*-linux-gnu/libc.so.6 /usr/lib/*-linux-gnu/libm.so.6 /usr/lib/*-linux-gnu/libdl.so.2 /usr/lib/*-linux-gnu/libpthread.so.0 \
  /usr/lib/*-linux-gnu/ld-linux-*.so.? /lib/
COPY --from=node /usr/lib/*-linux-gnu/ld-linux-*.so.? /lib64/
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
