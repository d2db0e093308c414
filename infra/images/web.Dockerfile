# Next.js as its build left it: the traced server, the static files, and our server in front.
ARG NODE_IMAGE=node:26-bookworm-slim
FROM ${NODE_IMAGE}
LABEL org.serverless-vote.image=web
WORKDIR /app
COPY apps/web/.next/standalone /app
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1
USER 10003
ENTRYPOINT ["node", "/app/apps/web/server.mjs"]
CMD []
