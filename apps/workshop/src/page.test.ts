import { expect, test } from 'vitest';
import { pageOf } from './page.ts';

const LAB = 'docs/workshop/01-first-vote.md';
const html = (text: string, path = LAB) => pageOf(path, text).html;

test('a page has its document’s title', () => {
  expect(html('# Lab 1: `make run`')).toContain('<title>Lab 1: make run · Serverless Vote</title>');
});

test.each([
  ['02-by-hand.md', '/workshop/02-by-hand'],
  ['README.md', '/'],
  ['../engines.md#what-is-tested', '/engines#what-is-tested'],
  ['../decisions/README.md', '/decisions'],
  ['#steps', '#steps'],
  ['https://www.docker.com/blog/', 'https://www.docker.com/blog/'],
])('a link to %s leads to %s', (href, address) => {
  expect(html(`[there](${href})`)).toContain(`<a href="${address}">there</a>`);
});

test.each(['../../README.md', '../../apps/web/src/env.ts', '../../../secret.md'])(
  'a link to %s, which only a clone has, is its words',
  (href) => {
    expect(html(`see [there](${href}).`)).toContain('<p>see there.</p>');
  },
);

test('headings have the anchors that other documents link to', () => {
  expect(html('## If it `went` wrong')).toContain('<h2 id="if-it-went-wrong">If it <code>went</code> wrong</h2>');
});

test('commands can be told from what they print', () => {
  const page = html('```sh\necho "<a>"\n```\n```text\n<a>\n```');
  expect(page).toContain('<pre class="commands" tabindex="0"><code>echo &quot;&lt;a&gt;&quot;</code></pre>');
  expect(page).toContain('<pre tabindex="0"><code>&lt;a&gt;</code></pre>');
});

test('an image comes along', () => {
  const page = pageOf('docs/architecture.md', '![the pages](images/live.png)');
  expect(page.images).toEqual(['docs/images/live.png']);
  expect(page.html).toContain('<img src="/images/live.png" alt="the pages" loading="lazy">');
});
