// Prints the catalog's functions that are built here, one per line: name, uid, and whether it uses the database.
import { readFileSync } from 'node:fs';

interface Catalog {
  functions: Record<string, { image: string; user: number; database: boolean }>;
}

const { functions } = JSON.parse(readFileSync('functions/catalog.json', 'utf8')) as Catalog;
for (const [name, { image, user, database }] of Object.entries(functions)) {
  // With a tag it is an image from elsewhere.
  if (!image.includes(':')) console.log(name, user, database);
}
