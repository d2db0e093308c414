/** A one-line page for requests that our own pages don't send. It contains nothing from the request. */
export const refusalPage = (message: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Not recorded</title><h1>This vote was not recorded</h1><p>${message}.</p><p><a href="/">Back to the vote</a></p></html>`;
