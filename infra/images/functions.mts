// Prints the catalog's functions that are built here, one per line: name, uid, and whether it uses the database.
//
//   functions.mts --users <folder>   makes what the database's image has of them: its users, and the folder of its socket
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

interface Catalog {
  functions: Record<string, { image: string; user: number; database: boolean }>;
}

const { functions } = JSON.parse(readFileSync('functions/catalog.json', 'utf8')) as Catalog;
const [option, folder = ''] = process.argv.slice(2);
if (option === '--users') {
  const callers = Object.entries(functions).filter(([, { database }]) => database);
  const users = [['root', 0], ['postgres', 999], ...callers.map(([name, { user }]) => [name, user]), ['nobody', 65534]];
  mkdirSync(`${folder}/run`, { recursive: true });
  writeFileSync(`${folder}/passwd`, users.map(([name, id]) => `${name}:x:${id}:${id}::/:/bin/sh\n`).join(''));
} else
  for (const [name, { image, user, database }] of Object.entries(functions)) {
    // With a tag it is an image from elsewhere.
    if (!image.includes(':')) console.log(name, user, database);
  }
