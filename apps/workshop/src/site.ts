import { posix } from 'node:path';

/** The page of a document, or undefined for everything that isn't one. `docs/` is the root, and the workshop's contents are its first page. */
export function addressOf(path: string): string | undefined {
  if (path === 'docs/workshop/README.md') return '/';
  const document = /^docs\/(.+?)(?:\/README)?\.md$/.exec(path)?.[1];
  return document && `/${document}`;
}

export type Target = { kind: 'link'; href: string } | { kind: 'image'; path: string } | { kind: 'elsewhere' };

/** Where a link of a document leads: to a page, an image or another site; `elsewhere` is a file that only a clone has. */
export function targetOf(from: string, href: string): Target {
  if (/^(https?:|#)/.test(href)) return { kind: 'link', href };
  const [file = '', fragment] = href.split('#');
  const path = posix.join(posix.dirname(from), file);
  const address = addressOf(path);
  if (address) return { kind: 'link', href: fragment ? `${address}#${fragment}` : address };
  return /^docs\/images\/[\w-]+\.(png|svg)$/.test(path) ? { kind: 'image', path } : { kind: 'elsewhere' };
}
