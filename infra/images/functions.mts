// functions.mts [<folder>]: prints the catalog's functions that are built here, one per line: name and uid. Makes in the folder what the
// database's image has of them: its users, and the folder of its socket.
import { mkdirSync, writeFileSync } from 'node:fs';
import { CatalogError, isFromElsewhere, readCatalog } from '@serverless-vote/catalog';

const { functions } = (() => {
  try {
    return readCatalog('functions/catalog.json');
  } catch (error) {
    if (!(error instanceof CatalogError)) throw error;
    console.error(error.message);
    return process.exit(1);
  }
})();
for (const [name, entry] of Object.entries(functions)) if (!isFromElsewhere(entry)) console.log(name, entry.user);

const [folder] = process.argv.slice(2);
if (folder !== undefined) {
  const callers = Object.entries(functions).filter(([, { database }]) => database);
  const users = [['root', 0], ['postgres', 999], ...callers.map(([name, { user }]) => [name, user]), ['nobody', 65534]];
  mkdirSync(`${folder}/run`, { recursive: true });
  writeFileSync(`${folder}/passwd`, users.map(([name, id]) => `${name}:x:${id}:${id}::/:/bin/sh\n`).join(''));
}
