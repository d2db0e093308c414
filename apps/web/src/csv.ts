/** Comma-separated values (RFC 4180) that a spreadsheet takes for text and numbers. */
export const csvOf = (lines: readonly (readonly (string | number)[])[]): string =>
  lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');

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
