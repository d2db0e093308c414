#!/usr/bin/env bash
# docs/own-server.md, as it is written, on this test machine, with the images that `make publish` has left in its registry. The last line
# counts: N passed, N failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
export PATH=$PWD/node_modules/.bin:$PATH

registry=http://127.0.0.1:5000/v2/serverless-vote
type=application/vnd.docker.distribution.manifest.list.v2+json
# The next release: the same images by another name.
for name in launcher database web workshop $(node infra/images/functions.mts | cut -d' ' -f1); do
  curl --silent --fail --header "Accept: $type" "$registry/$name/manifests/published" |
    curl --silent --fail --request PUT --header "Content-Type: $type" --data-binary @- "$registry/$name/manifests/published-next"
done
# A mirror that stands still is good enough for a test.
echo 'Acquire::Check-Valid-Until "false";' >/etc/apt/apt.conf.d/99-standing-still
# Packages would ask a systemd that isn't there to start their services.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d
echo '127.0.0.1 vote.example.org workshop.example.org' >>/etc/hosts
# The votes of make run.
docker volume ls --quiet --filter label=com.docker.compose.project=serverless-vote | xargs --no-run-if-empty docker volume rm >/dev/null
status=0
node infra/docs/own-server/run.mts || status=$?
(cd /opt/serverless-vote && docker-compose down --volumes)
exit $status
