// content-of.mts <context> <file or folder>…: prints a hash of what an image is made of: the files of its context, and what comes on stdin.
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

const [context = '', ...paths] = process.argv.slice(2);
const hash = createHash('sha256').update(readFileSync(0));

function add(path: string, name: string): void {
  const stats = lstatSync(path);
  if (stats.isDirectory()) {
    for (const each of readdirSync(path).sort()) add(join(path, each), join(name, each));
    return;
  }
  const content = stats.isSymbolicLink() ? Buffer.from(readlinkSync(path)) : readFileSync(path);
  hash.update(`\n${name} ${stats.mode} ${content.length}\n`).update(content);
}

add(context, '');
for (const path of paths) add(path, path);
console.log(hash.digest('hex'));
