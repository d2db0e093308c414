import { createHash } from 'node:crypto';

const STYLE = `
  :root { color-scheme: light dark; font: 1.25rem/1.5 system-ui, sans-serif }
  body { min-height: 100dvh; margin: 0; display: grid; place-content: center; text-align: center; padding: 1rem }
  p { margin: 0.25rem; opacity: 0.75 }
`;

/** For the gateway's own pages: no scripts, no external resources, no framing. */
export const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'`,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
};

const page = (title: string, body: string, refreshSeconds?: number): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refreshSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${refreshSeconds}">`}
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main role="status">${body}</main>
</body>
</html>
`;

/** Shown to a browser while web starts from zero, if that takes longer than a moment. It reloads by itself, also without JavaScript. */
export const STARTING_PAGE = page(
  'Starting…',
  '<h1>Starting this page</h1><p>Nothing ran while nobody was here.</p><p>Its container starts because you asked.</p>',
  1,
);

/** Shown to a browser without JavaScript when its address has exceeded the vote rate. */
export const tooManyVotesPage = (message: string): string =>
  page('Not recorded', `<h1>This vote was not recorded</h1><p>${message}</p><p><a href="/">Back to the vote</a></p>`);
