/** Cuts text that comes in pieces into lines. */
export class Lines {
  /** The text after the last line end. The caller limits its length. */
  pending = '';

  /** Takes the next piece. @returns the lines that end in it */
  take(piece: string): string[] {
    const lines = (this.pending + piece).split('\n');
    this.pending = lines.pop() ?? '';
    return lines;
  }
}
