/** The beginning of a text, cut between two characters: half a surrogate pair is not valid text, and Postgres refuses it. */
export const beginningOf = (text: string, most: number): string =>
  text.length > most ? text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '') : text;

/** The end of a text, cut in the same way. */
export const endOf = (text: string, most: number): string =>
  text.length > most ? text.slice(-most).replace(/^[\uDC00-\uDFFF]/, '') : text;

/** A text that Postgres can store as JSON: well-formed, and without NUL. */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD');
