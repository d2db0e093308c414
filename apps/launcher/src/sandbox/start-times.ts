import type { Phases } from '@serverless-vote/contracts/lifecycle';

/** The phases of one container's start. Times are the clock's, in milliseconds; 0: not reached yet. */
export class StartTimes {
  readonly createdAt: number;
  createMs = 0;
  startMs = 0;
  /** When it polled for its first event. */
  readyAt = 0;

  constructor(createdAt: number) {
    this.createdAt = createdAt;
  }

  get startedAt(): number {
    return this.createdAt + this.createMs + this.startMs;
  }

  get initMs(): number {
    return Math.max(0, this.readyAt - this.startedAt);
  }

  /** The phases that an event which arrived at that time had to wait for: none if the container was ready before. */
  paidSince(arrivedAt: number): Phases {
    if (this.readyAt <= arrivedAt) return {};
    const created = this.createdAt + this.createMs;
    const paid = (from: number, to: number) => Math.max(0, to - Math.max(from, arrivedAt));
    return {
      create: paid(this.createdAt, created),
      start: paid(created, this.startedAt),
      init: paid(this.startedAt, this.readyAt),
    };
  }
}
