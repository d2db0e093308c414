// Prints the catalog's functions, one per line: name, uid, and whether it uses the database.
import { readFileSync } from 'node:fs';

interface Catalog {
  functions: Record<string, { user: number; database: boolean }>;
}

const { functions } = JSON.parse(readFileSync('functions/catalog.json', 'utf8')) as Catalog;
for (const [name, { user, database }] of Object.entries(functions)) console.log(name, user, database);
