import { OPTIONS, type Scores } from './ballot.ts';

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
  :root { color-scheme: light dark; font: 1.25rem/1.5 system-ui, sans-serif; }
  body { max-width: 30rem; margin: 3rem auto; padding: 0 1rem; }
  button { display: block; width: 100%; margin: 1rem 0; padding: 1rem; font: inherit; }
  dl { display: grid; grid-template-columns: 1fr auto; } dd { margin: 0; font-variant-numeric: tabular-nums; }
</style>
<h1>${title}</h1>
${body}
</html>
`;

/** The vote page, with the choice of the vote that was just received. */
export function votePage(choice?: string): string {
  const chosen = OPTIONS.find(({ id }) => id === choice);
  const buttons = OPTIONS.map(({ id, label }) => {
    const mark = id === choice ? ' ✓' : '';
    return `<button name="choice" value="${id}">${label}${mark}</button>`;
  });
  const received = chosen ? `<p role="status">Received: ${chosen.label}</p>` : '';
  return page('Cats or dogs?', `<form method="post">${buttons.join('')}</form>${received}`);
}

/** The results page. It shows the last count, and follows the stream of the next ones. */
export function resultPage({ options, total }: Scores): string {
  const rows = options.map(
    ({ id, label, votes }) => `<dt>${label}</dt><dd data-option="${id}" data-votes="${votes}">${votes}</dd>`,
  );
  return page(
    'Results',
    `<dl>${rows.join('')}</dl>
<p><span data-testid="total">${total}</span> votes</p>
<script>
  new EventSource('/streams/results').onmessage = ({ data }) => {
    const { options, total } = JSON.parse(data);
    document.querySelector('[data-testid=total]').textContent = total;
    for (const { id, votes } of options) {
      const shown = document.querySelector('[data-option="' + id + '"]');
      shown.textContent = shown.dataset.votes = votes;
    }
  };
</script>`,
  );
}
