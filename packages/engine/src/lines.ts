/** Cuts text that comes in pieces into lines. */
export class Lines {
  /** What has no line end yet; how long it may get is for the caller to decide. */
  pending = '';

  /** Takes the next piece. @returns the lines that end in it */
  take(piece: string): string[] {
    const lines = (this.pending + piece).split('\n');
    this.pending = lines.pop() ?? '';
    return lines;
  }
}
