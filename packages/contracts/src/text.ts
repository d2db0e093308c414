/** The beginning of a text, cut between two characters: half a surrogate pair is no text, and Postgres, for one, refuses it. */
export const beginningOf = (text: string, most: number): string =>
  text.length > most ? text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '') : text;

/** The end of a text, cut likewise. */
export const endOf = (text: string, most: number): string =>
  text.length > most ? text.slice(-most).replace(/^[\uDC00-\uDFFF]/, '') : text;

/** A text as Postgres keeps it in JSON: without what is no character, and without NUL. */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD');
