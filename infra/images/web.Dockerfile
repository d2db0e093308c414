# Next.js as its build left it: the traced server, the static files, and our server in front.
ARG NODE_IMAGE=node:26-bookworm-slim
FROM ${NODE_IMAGE}
LABEL org.serverless-vote.image=web
WORKDIR /app
COPY apps/web/.next/standalone /app
COPY infra/images/rehearse-web.mjs /app/rehearse-web.mjs
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 NODE_COMPILE_CACHE=/app/compile-cache
# The cache belongs to who filled it: it is looked for under the uid that runs.
RUN mkdir /app/compile-cache && chown 10003 /app/compile-cache
USER 10003
RUN ["node", "/app/rehearse-web.mjs"]
ENTRYPOINT ["node", "/app/apps/web/server.mjs"]
CMD []
