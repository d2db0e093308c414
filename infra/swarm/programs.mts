// What the catalog's programs need of a stack on a Swarm.
//
//   programs.mts images [catalog]   the images that a node may have to run; IMAGE_TAG is the tag of ours
//   programs.mts stack [catalog]    a further file for `docker stack deploy`
//
// A program that is not ours has an overlay network of its own, in which there is only the launcher. Its image may have no node, which the task
// agent needs: a task on each node copies node and its libraries to a volume of the node, once, and exits.
import { aloneOf, imageOf, readCatalog } from '@serverless-vote/catalog';

const BRING_NODE = `
const { copyFileSync, renameSync } = require('node:fs');
const { basename } = require('node:path');
process.report.excludeNetwork = true;
const nameOf = (file) => (basename(file).startsWith('ld-') ? 'ld.so' : basename(file));
const files = [process.execPath, ...process.report.getReport().sharedObjects].filter((file) => file.startsWith('/'));
for (const file of files) {
  copyFileSync(file, '/agent-node/.new');
  renameSync('/agent-node/.new', '/agent-node/' + nameOf(file));
}`;

const [what, file = 'functions/catalog.json'] = process.argv.slice(2);
const catalog = readCatalog(file);
const { functions, services } = aloneOf(catalog);
const names = [...functions, ...services].map((name) => `only-${name}`);

if (what === 'images') {
  const own = { prefix: '', tag: process.env.IMAGE_TAG ?? 'latest' };
  const entries = [...Object.values(catalog.services), ...Object.values(catalog.functions)];
  console.log([...new Set(entries.map((entry) => imageOf(entry, own)))].join('\n'));
} else {
  const bringNode = {
    // As in stack.yml: the deployment says which.
    image: '$' + '{LAUNCHER_IMAGE:-serverless-vote/launcher:latest}',
    entrypoint: ['node', '-e', BRING_NODE],
    // Owns the volume, and may do nothing else.
    ...{
      user: '0:0',
      read_only: true,
      cap_drop: ['ALL'],
      networks: ['functions'],
      volumes: ['agent-node:/agent-node'],
    },
    deploy: {
      ...{ mode: 'global', endpoint_mode: 'dnsrr', restart_policy: { condition: 'on-failure', delay: '1s' } },
      resources: { limits: { memory: '256M', pids: 32 } },
    },
  };
  const stack = {
    version: '3.9',
    services: names.length > 0 ? { launcher: { networks: names }, 'agent-node': bringNode } : {},
    networks: Object.fromEntries(names.map((name) => [name, { driver: 'overlay', internal: true }])),
    volumes: names.length > 0 ? { 'agent-node': {} } : {},
  };
  console.log(JSON.stringify(stack, null, 2));
}
