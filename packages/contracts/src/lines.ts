/** Splits text that arrives in chunks into lines. */
export class Lines {
  /** The text after the last line break. The caller limits its length. */
  pending = '';

  /** Adds the next chunk. @returns the lines that end in it */
  take(piece: string): string[] {
    const lines = (this.pending + piece).split('\n');
    this.pending = lines.pop() ?? '';
    return lines;
  }
}
