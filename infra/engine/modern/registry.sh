#!/usr/bin/env bash
# Runs on the test machine, after `make run` with stand-ins: a registry with images in the layout of the official ones
# (docs/engines.md lists the differences). An engine pulls them by their usual names, with this registry as its mirror.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

folder=$(mktemp -d)
NPM=$(sed -nE 's|.*"packageManager": "npm@([^"]*)".*|\1|p' package.json)
address=127.0.0.1:5000
cat >"$folder/registry.yml" <<YAML
version: 0.1
storage: { filesystem: { rootdirectory: $folder/registry } }
http: { addr: $address }
YAML
setsid docker-registry serve "$folder/registry.yml" </dev/null >/var/log/registry.log 2>&1 3>&- &
for _ in $(seq 100); do
  curl --silent --fail "http://$address/v2/" >/dev/null && break
  sleep 0.2
done

printf '#!/bin/sh\nexec "$@"\n' >"$folder/docker-entrypoint.sh"
chmod +x "$folder/docker-entrypoint.sh"
(cd "$folder" && npm pack --silent "npm@$NPM" && mkdir npm && tar -xzf npm-*.tgz --strip-components=1 -C npm) >/dev/null
# The certificate of a company's proxy, which a company's own base image would have.
cp /etc/ssl/certs/ca-certificates.crt "$folder/"
cp node_modules/node-linux-*/bin/node "$folder/node"
cp /made/postgres.tar "$folder/"

# publish <name>: reads the Dockerfile from stdin
publish() {
  docker build --network none --tag "$address/library/$1" --file - "$folder"
  docker push "$address/library/$1"
}

publish node:26-bookworm-slim <<'DOCKERFILE'
FROM serverless-vote/debian:bookworm
RUN echo 'node:x:1000:' >>/etc/group && echo 'node:x:1000:1000::/home/node:/bin/bash' >>/etc/passwd && install -d -o 1000 -g 1000 /home/node
ENV NODE_VERSION=26.10.0 NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
COPY ca-certificates.crt /etc/ssl/certs/
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN cd /usr/local/bin && ln -s node nodejs && for name in npm npx; do ln -s ../lib/node_modules/npm/bin/$name-cli.js $name; done
COPY docker-entrypoint.sh /usr/local/bin/
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["node"]
DOCKERFILE

publish postgres:18 <<'DOCKERFILE'
FROM scratch
ADD postgres.tar /
ENV LANG=en_US.utf8 PG_MAJOR=18 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/18/bin
RUN mkdir /docker-entrypoint-initdb.d && install -d -o postgres -g postgres -m 3777 /var/run/postgresql
ENV PGDATA=/var/lib/postgresql/18/docker
VOLUME /var/lib/postgresql
COPY docker-entrypoint.sh /usr/local/bin/
ENTRYPOINT ["docker-entrypoint.sh"]
STOPSIGNAL SIGINT
EXPOSE 5432
CMD ["postgres"]
DOCKERFILE
