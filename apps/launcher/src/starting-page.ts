/** What a browser gets while web starts from zero and takes longer than a moment: it moves on by itself, also without JavaScript. */
export const STARTING_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="1">
<title>Starting…</title>
<style>
  :root { color-scheme: light dark; font: 1.25rem/1.5 system-ui, sans-serif }
  body { min-height: 100dvh; margin: 0; display: grid; place-content: center; text-align: center; padding: 1rem }
  p { margin: 0.25rem; opacity: 0.75 }
</style>
</head>
<body>
<main role="status"><h1>Starting this page</h1><p>Nothing ran while nobody was here.</p><p>Its container starts because you asked.</p></main>
</body>
</html>
`;
