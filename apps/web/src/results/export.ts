import { fetchResults } from '../fetch-results.ts';
import { InvocationError } from '../invocation-error.ts';
import { percentages, type Tally } from './tally.ts';

/** Responds with the results as a file, in the format that `write` produces. */
export async function exported(extension: string, type: string, write: (tally: Tally) => string): Promise<Response> {
  const always = { 'cache-control': 'no-store', 'x-robots-tag': 'noindex' };
  try {
    const tally = await fetchResults();
    const disposition = `attachment; filename="results-${tally.updatedAt.slice(0, 10)}.${extension}"`;
    return new Response(write(tally), {
      headers: { ...always, 'content-type': type, 'content-disposition': disposition },
    });
  } catch (error) {
    if (!(error instanceof InvocationError)) throw error;
    const message = 'The results are not available at the moment. Try again soon.\n';
    return new Response(message, { status: 503, headers: { ...always, 'retry-after': error.retryAfter ?? '2' } });
  }
}

export const asJson = (tally: Tally): string => `${JSON.stringify(tally, undefined, 2)}\n`;

/** Comma-separated values (RFC 4180): one line per option. */
export function asCsv({ options }: Tally): string {
  const percent = percentages(options.map(({ votes }) => votes));
  const lines = options.map(({ id, label, votes }, index) => [id, label, votes, percent[index] ?? 0]);
  return [['id', 'label', 'votes', 'percent'], ...lines].map((line) => `${line.map(field).join(',')}\r\n`).join('');
}

/**
 * Where a spreadsheet would recognize a formula: at the start of a field, or after a character that is a separator elsewhere.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
const FORMULA = /(?<=^|[;\t\r\n])(?=[=+\-@＝＋－＠\t\r\n\0])/g;

/** A field as text: an apostrophe before whatever would be a formula, and quotes around it. */
function field(value: string | number): string {
  const text = `${value}`.replaceAll(FORMULA, "'");
  return text !== `${value}` || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
