import { isUtf8 } from 'node:buffer';

/** Deeper documents are refused: a parser may run out of stack on them. */
const DEEPEST = 1_000;

const SPACE = /[ \t\n\r]*/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** All characters except `"`, `\\` and control characters. */
const CHARACTERS = /[ !#-[\]-\xff]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/**
 * Validates bytes as one JSON document (RFC 8259); returns the problem, or undefined. It builds no values, so a document of megabytes
 * needs no memory beyond its bytes: a parser takes ten times as much for `[[[…`.
 */
export function jsonFault(bytes: Buffer): string | undefined {
  if (!isUtf8(bytes)) return 'it is not UTF-8';
  try {
    const scanner = new Scanner(bytes.toString('latin1'));
    scanner.value(0);
    scanner.end();
    return undefined;
  } catch (fault) {
    if (fault instanceof Fault) return fault.message;
    throw fault;
  }
}

class Fault extends Error {}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): void {
    this.#takes(SPACE);
    if (this.#takes('{')) return this.#members('}', depth);
    if (this.#takes('[')) return this.#members(']', depth);
    if (!this.#string() && !this.#takes(SCALAR)) this.#fail();
  }

  end(): void {
    this.#takes(SPACE);
    if (this.#at < this.#text.length) throw new Fault(`something follows its end, at byte ${this.#at}`);
  }

  #members(closer: '}' | ']', depth: number): void {
    if (depth === DEEPEST) throw new Fault(`it has more than ${DEEPEST} levels`);
    this.#takes(SPACE);
    if (this.#takes(closer)) return;
    do {
      if (closer === '}') this.#key();
      this.value(depth + 1);
      this.#takes(SPACE);
    } while (this.#takes(','));
    if (!this.#takes(closer)) this.#fail();
  }

  #key(): void {
    this.#takes(SPACE);
    if (!this.#string()) this.#fail();
    this.#takes(SPACE);
    if (!this.#takes(':')) this.#fail();
  }

  #string(): boolean {
    if (!this.#takes('"')) return false;
    do this.#takes(CHARACTERS);
    while (this.#takes(ESCAPE));
    return this.#takes('"') || this.#fail();
  }

  /** Skips the next bytes if they match. */
  #takes(wanted: string | RegExp): boolean {
    if (typeof wanted === 'string') {
      if (this.#text[this.#at] !== wanted) return false;
      this.#at += 1;
      return true;
    }
    wanted.lastIndex = this.#at;
    const is = wanted.test(this.#text);
    if (is) this.#at = wanted.lastIndex;
    return is;
  }

  #fail(): never {
    const isOver = this.#at >= this.#text.length;
    throw new Fault(isOver ? 'it ends too early' : `it can't be read from byte ${this.#at} on`);
  }
}
