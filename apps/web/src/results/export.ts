import { csvOf } from '../csv.ts';
import { fetchResults } from '../fetch-results.ts';
import { InvocationError } from '../invocation-error.ts';
import { percentages, type Tally } from './tally.ts';

/** How a format is written: its extension, its type, and its text. */
type Format = { extension: string; type: string; write(tally: Tally): string };

/** Responds with the results as a file: of the poll that `?poll=` names, or else of the one that was opened last. */
export async function exported(request: Request, { extension, type, write }: Format): Promise<Response> {
  const always = { 'cache-control': 'no-store', 'x-robots-tag': 'noindex' };
  try {
    const tally = await fetchResults(new URL(request.url).searchParams.get('poll') ?? undefined);
    const disposition = `attachment; filename="results-${tally.updatedAt.slice(0, 10)}.${extension}"`;
    return new Response(write(tally), {
      headers: { ...always, 'content-type': type, 'content-disposition': disposition },
    });
  } catch (error) {
    if (!(error instanceof InvocationError)) throw error;
    if (error.kind === 'refused') return new Response('There is no such poll.\n', { status: 404, headers: always });
    const message = 'The results are not available at the moment. Try again soon.\n';
    return new Response(message, { status: 503, headers: { ...always, 'retry-after': error.retryAfter ?? '2' } });
  }
}

export const asJson = (tally: object): string => `${JSON.stringify(tally, undefined, 2)}\n`;

/** Comma-separated values: one line per option, or the total only while the numbers are hidden. */
export function asCsv({ options, total }: Pick<Tally, 'options' | 'total'>): string {
  if (options.some(({ votes }) => votes === null)) return csvOf([['total'], [total]]);
  const percent = percentages(options.map(({ votes }) => votes ?? 0));
  const lines = options.map(({ id, label, votes }, index) => [id, label, votes ?? 0, percent[index] ?? 0]);
  return csvOf([['id', 'label', 'votes', 'percent'], ...lines]);
}
