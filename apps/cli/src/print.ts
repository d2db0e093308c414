/** A command's output: results go to standard output, so that they can be piped; everything about them to standard error. */
export interface Output {
  json: boolean;
  out: (text: string) => void;
  err: (text: string) => void;
}

/** A table with headings, in columns that fit their content. */
export function table(headings: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const lines = [headings, ...rows].map((cells) => cells.map((cell) => printable(String(cell ?? ''))));
  const widths = headings.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Removes control characters, because a function's output is untrusted. */
export const printable = (text: string): string => text.replace(/(?![\t\n])[\p{Cc}\p{Bidi_Control}]/gu, '�');

/** The first characters of a text. */
export const short = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;
