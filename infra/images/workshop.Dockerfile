# The workshop's pages and the server for them; from the base only what node loads. Nothing is run to build it.
ARG NODE_IMAGE=node:26-bookworm-slim
FROM ${NODE_IMAGE} AS node

FROM scratch AS serverless-vote-workshop
# What node loads, in a folder where every loader looks; the loader itself, where x86-64 has it and where arm64 does.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/lib/*-linux-gnu/libatomic.so.1 /usr/lib/*-linux-gnu/libstdc++.so.6 /usr/lib/*-linux-gnu/libgcc_s.so.1 \
  /usr/lib/*-linux-gnu/libc.so.6 /usr/lib/*-linux-gnu/libm.so.6 /usr/lib/*-linux-gnu/libdl.so.2 /usr/lib/*-linux-gnu/libpthread.so.0 \
  /usr/lib/*-linux-gnu/ld-linux-*.so.? /lib/
COPY --from=node /usr/lib/*-linux-gnu/ld-linux-*.so.? /lib64/
LABEL org.serverless-vote.image=workshop
COPY --from=built apps/workshop/dist /workshop
ENV PATH=/usr/local/bin NODE_ENV=production
USER 59999:59999
ENTRYPOINT ["node", "/workshop/server.cjs"]
CMD []
