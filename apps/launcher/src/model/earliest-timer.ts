/** Rings once at the earliest of the moments (performance.now) that it was set to since it last rang. */
export class EarliestTimer {
  #next: { at: number; timer: NodeJS.Timeout } | undefined;
  readonly #ring: () => void;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  set(at: number): void {
    if (this.#next && this.#next.at <= at) return;
    this.clear();
    const ring = () => {
      this.#next = undefined;
      this.#ring();
    };
    this.#next = { at, timer: setTimeout(ring, Math.max(0, Math.ceil(at - performance.now()))) };
  }

  clear(): void {
    clearTimeout(this.#next?.timer);
    this.#next = undefined;
  }
}
