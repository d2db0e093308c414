import Slugger from 'github-slugger';
import { Marked } from 'marked';
import { targetOf } from './site.ts';

export interface Page {
  title: string;
  html: string;
  /** Files of the repository that the page shows. */
  images: string[];
}

/** Renders a document of the repository. @param path relative to the repository */
export function pageOf(path: string, text: string): Page {
  const title = /^# (.*)$/m.exec(text)?.[1]?.replaceAll('`', '') ?? path;
  const images: string[] = [];
  const slugger = new Slugger();
  const marked = new Marked({
    renderer: {
      // The anchors that GitHub generates, because documents link to them.
      heading({ tokens, depth, text }) {
        return `<h${depth} id="${slugger.slug(text.replaceAll('`', ''))}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const words = this.parser.parseInline(tokens);
        const target = targetOf(path, href);
        if (target.kind === 'elsewhere') return words;
        return `<a href="${escaped(target.kind === 'image' ? imageAddress(target.path) : target.href)}">${words}</a>`;
      },
      image({ href, text }) {
        const target = targetOf(path, href);
        if (target.kind !== 'image') throw new Error(`${path}: the image ${href} is not in docs/images.`);
        images.push(target.path);
        return `<img src="${imageAddress(target.path)}" alt="${escaped(text)}" loading="lazy">`;
      },
      // Commands are what a reader copies; everything else is what a program printed, or a drawing.
      code({ text, lang }) {
        return `<pre${lang === 'sh' ? ' class="commands"' : ''} tabindex="0"><code>${escaped(text)}</code></pre>\n`;
      },
      // A wide table scrolls, not the page.
      table({ header, rows }) {
        const cells = (row: typeof header, tag: string) =>
          `<tr>${row.map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`).join('')}</tr>`;
        const body = rows.map((row) => cells(row, 'td')).join('\n');
        return `<div class="table" tabindex="0"><table><thead>${cells(header, 'th')}</thead>\n<tbody>${body}</tbody></table></div>\n`;
      },
    },
  });
  return { title, images, html: shell(title, marked.parse(text, { async: false })) };
}

const imageAddress = (path: string) => path.replace('docs/', '/');

const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char] ?? char);

const shell = (title: string, content: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)} · Serverless Vote</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/style.css">
<script type="module" src="/progress.js"></script>
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header>
<p><a href="/"><svg viewBox="0 0 20 10" aria-hidden="true"><circle cx="5" cy="5" r="4.5" class="permanent"/><circle cx="15" cy="5" r="4.5" class="on-demand"/></svg>Serverless Vote</a></p>
<nav aria-label="Pages"><a href="/">Workshop</a><a href="/architecture">Architecture</a><a href="/decisions">Decisions</a></nav>
</header>
<main id="content">
${content}</main>
<footer>This page came from a container that started because somebody opened it. It stops when nobody reads.</footer>
</body>
</html>
`;
