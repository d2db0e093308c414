/** Deeper documents are refused: their depth is what a scanner has to remember, and what a parser may run out of stack by. */
const DEEPEST = 1_000;

const [QUOTE, BACKSLASH, COMMA, COLON, MINUS, PLUS, DOT, ZERO, NINE] = [
  0x22, 0x5c, 0x2c, 0x3a, 0x2d, 0x2b, 0x2e, 0x30, 0x39,
];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const ESCAPES = new Set(Buffer.from('"\\/bfnrt'));
const WORDS = ['true', 'false', 'null'].map((word) => Buffer.from(word));

/** Of each level, what ends it. One for all documents, since none is interrupted. */
const CLOSERS = new Uint8Array(DEEPEST + 1);

const isSpace = (byte: number | undefined) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const isDigit = (byte: number | undefined) => byte !== undefined && byte >= ZERO && byte <= NINE;

/**
 * What is wrong with bytes that should be one JSON document (RFC 8259); undefined if nothing is. It builds nothing of the document,
 * so that one of megabytes costs no memory beside its bytes: a parser takes ten times as much for `[[[…`.
 */
export function jsonFault(bytes: Buffer): string | undefined {
  let depth = 0;
  let at = 0;
  let expected: 'value' | 'value or end' | 'key' | 'key or end' | 'separator' = 'value';
  for (;;) {
    while (isSpace(bytes[at])) at += 1;
    const byte = bytes[at];
    if (byte === undefined) return expected === 'separator' && depth === 0 ? undefined : 'it ends too early';
    if (expected === 'separator') {
      if (depth === 0) return `something follows its end, at byte ${at}`;
      if (byte === CLOSERS[depth]) depth -= 1;
      else if (byte === COMMA) expected = CLOSERS[depth] === CLOSE_OBJECT ? 'key' : 'value';
      else return unexpected(at);
      at += 1;
    } else if (expected === 'key' || expected === 'key or end') {
      if (byte === CLOSE_OBJECT && expected === 'key or end') {
        depth -= 1;
        expected = 'separator';
        at += 1;
        continue;
      }
      if (byte !== QUOTE) return unexpected(at);
      at = endOfString(bytes, at);
      while (isSpace(bytes[at])) at += 1;
      if (at < 0 || bytes[at] !== COLON) return 'a string or a key in it is broken';
      at += 1;
      expected = 'value';
    } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      if (depth === DEEPEST) return `it has more than ${DEEPEST} levels`;
      depth += 1;
      CLOSERS[depth] = byte === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY;
      expected = byte === OPEN_OBJECT ? 'key or end' : 'value or end';
      at += 1;
    } else if (byte === CLOSE_ARRAY && expected === 'value or end') {
      depth -= 1;
      expected = 'separator';
      at += 1;
    } else {
      const end = byte === QUOTE ? endOfString(bytes, at) : (endOfWord(bytes, at) ?? endOfNumber(bytes, at));
      if (end < 0) return unexpected(at);
      at = end;
      expected = 'separator';
    }
  }
}

const unexpected = (at: number) => `it can't be read from byte ${at} on`;

/** Where the string that begins here has ended; -1 if it doesn't, or is broken. */
function endOfString(bytes: Buffer, from: number): number {
  for (let at = from + 1; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return at + 1;
    if (byte < 0x20) return -1;
    if (byte !== BACKSLASH) continue;
    at += 1;
    if (ESCAPES.has(bytes[at] ?? 0)) continue;
    if (bytes[at] !== 0x75) return -1;
    if (!/^[\da-f]{4}$/i.test(bytes.toString('latin1', at + 1, at + 5))) return -1;
    at += 4;
  }
  return -1;
}

function endOfWord(bytes: Buffer, from: number): number | undefined {
  const word = WORDS.find(([first]) => first === bytes[from]);
  if (word === undefined) return undefined;
  const end = from + word.length;
  return bytes.subarray(from, end).equals(word) ? end : -1;
}

/** Where the number that begins here has ended; -1 if there is none. */
function endOfNumber(bytes: Buffer, from: number): number {
  let at = bytes[from] === MINUS ? from + 1 : from;
  const digits = (): boolean => {
    const first = at;
    while (isDigit(bytes[at])) at += 1;
    return at > first;
  };
  if (bytes[at] === ZERO) at += 1;
  else if (!digits()) return -1;
  if (bytes[at] === DOT) {
    at += 1;
    if (!digits()) return -1;
  }
  if (((bytes[at] ?? 0) | 0x20) === 0x65) {
    at += 1;
    if (bytes[at] === PLUS || bytes[at] === MINUS) at += 1;
    if (!digits()) return -1;
  }
  return at;
}
