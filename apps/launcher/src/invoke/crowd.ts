import { type Clock, EarliestTimer } from '@serverless-vote/contracts/clock';

/** Tracks until when a function is crowded: until then its containers are reused. Reports when that begins and ends. */
export class Crowd {
  until = 0;
  #isOn = false;
  readonly #clock: Clock;
  readonly #tell: (change: 'reuse.began' | 'reuse.ended') => void;
  readonly #timer: EarliestTimer;

  constructor(clock: Clock, tell: (change: 'reuse.began' | 'reuse.ended') => void) {
    this.#clock = clock;
    this.#tell = tell;
    this.#timer = new EarliestTimer(() => this.#look(), clock);
  }

  lastsFor(ms: number): void {
    this.until = Math.max(this.until, this.#clock.now() + ms);
    this.#look();
  }

  end(): void {
    this.until = 0;
    this.#timer.clear();
    this.#look();
  }

  #look(): void {
    const isOn = this.#clock.now() < this.until;
    if (isOn) this.#timer.set(this.until);
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    this.#tell(isOn ? 'reuse.began' : 'reuse.ended');
  }
}
