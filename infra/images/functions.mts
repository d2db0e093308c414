// Prints the catalog's functions that are built here, one per line: name, uid, and whether it uses the database.
//
//   functions.mts --users <folder>   makes what the database's image has of them: its users, and the folder of its socket
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
const [option, folder = ''] = process.argv.slice(2);
if (option === '--users') {
  const callers = Object.entries(functions).filter(([, { database }]) => database);
  const users = [['root', 0], ['postgres', 999], ...callers.map(([name, { user }]) => [name, user]), ['nobody', 65534]];
  mkdirSync(`${folder}/run`, { recursive: true });
  writeFileSync(`${folder}/passwd`, users.map(([name, id]) => `${name}:x:${id}:${id}::/:/bin/sh\n`).join(''));
} else
  for (const [name, entry] of Object.entries(functions))
    if (!isFromElsewhere(entry)) console.log(name, entry.user, entry.database);
