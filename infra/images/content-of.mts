// content-of.mts: reads what images are made of, one per line, separated by tabs: name, what else counts, context, and the files or folders
// that it gets. Prints for each its name and a hash of all of that.
import { createHash, type Hash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

function add(hash: Hash, path: string, name: string): void {
  const stats = lstatSync(path);
  if (stats.isDirectory()) {
    for (const each of readdirSync(path).sort()) add(hash, join(path, each), join(name, each));
    return;
  }
  const content = stats.isSymbolicLink() ? Buffer.from(readlinkSync(path)) : readFileSync(path);
  hash.update(`\n${name} ${stats.mode} ${content.length}\n`).update(content);
}

for (const line of readFileSync(0, 'utf8').split('\n').slice(0, -1)) {
  const [image, others = '', context = '', ...paths] = line.split('\t');
  const hash = createHash('sha256').update(others);
  add(hash, context, '');
  for (const path of paths) add(hash, path, path);
  console.log(image, hash.digest('hex'));
}
