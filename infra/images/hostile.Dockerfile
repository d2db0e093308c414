# A compromised record-vote: its image, its uid, another program. For `make chaos`.
ARG BASE
FROM ${BASE} AS serverless-vote-hostile
LABEL org.serverless-vote.image=hostile
COPY .cache/bench/hostile.cjs /function/main.cjs
