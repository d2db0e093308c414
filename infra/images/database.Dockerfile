# Postgres without a network: a socket, a volume, and callers that are identified by their uid.
ARG NODE_IMAGE=node:26-bookworm-slim
ARG POSTGRES_IMAGE=postgres:18

FROM ${NODE_IMAGE} AS node

FROM ${POSTGRES_IMAGE} AS serverless-vote-database
# Every image of ours has node; libatomic is the one library it needs that Postgres' image lacks.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/lib/*-linux-gnu/libatomic.so.1 /usr/lib/
COPY --from=built packages/database/postgresql.conf packages/database/pg_hba.conf packages/database/pg_hba.swarm.conf packages/database/pg_ident.conf /etc/postgresql/
COPY --from=built packages/database/start-database /start-database
# With a name for the uid of each function that may use the database, for peer authentication.
COPY --from=built users/passwd /etc/passwd
COPY --from=built --chown=999:999 users/run /run/postgresql
LABEL org.serverless-vote.image=database
USER postgres
# Fast shutdown: end the sessions, write a checkpoint.
STOPSIGNAL SIGINT
ENTRYPOINT ["/start-database"]
CMD []
