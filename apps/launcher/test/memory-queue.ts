import {
  type AsyncEvent,
  ATTEMPTS,
  type AttemptError,
  type EventQueue,
  type TakenEvent,
} from '@serverless-vote/database/event-queue';

interface Job extends AsyncEvent {
  state: 'waiting' | 'active' | 'dead';
  attempts: number;
  startAfter: number;
  error?: AttemptError;
}

type Operation = 'open' | 'push' | 'take' | 'later' | 'done' | 'failed' | 'recover' | 'holdings';

/** An in-memory implementation of the event queue; the integration tests use the real one. */
export class MemoryQueue {
  readonly jobs = new Map<string, Job>();
  /** May throw before an operation; or returns `late`, and the operation is done but its answer is lost. */
  fault: (operation: Operation) => 'late' | undefined = () => undefined;
  opened = 0;
  closed = 0;
  readonly pushedAt = new Date();

  open = async (): Promise<EventQueue> => {
    await this.#do('open', () => this.opened++);
    return this as unknown as EventQueue;
  };

  async close(): Promise<void> {
    this.closed++;
  }

  push(event: AsyncEvent, delaySeconds: number): Promise<void> {
    const startAfter = Date.now() + delaySeconds * 1000;
    const job: Job = { ...event, state: 'waiting', attempts: 0, startAfter };
    return this.#do('push', () => {
      if (!this.jobs.has(event.requestId)) this.jobs.set(event.requestId, job);
    });
  }

  take(name: string, most: number): Promise<TakenEvent[]> {
    return this.#do('take', () => {
      const ready = [...this.jobs.values()].filter(
        (job) => job.name === name && job.state === 'waiting' && job.startAfter <= Date.now(),
      );
      return ready.slice(0, most).map((job) => {
        job.state = 'active';
        const { requestId: id, attempts } = job;
        return { ...job, attempt: attempts + 1, pushedAt: this.pushedAt, job: { id, retryCount: attempts } };
      });
    });
  }

  later(name: string) {
    return this.#do('later', () => {
      const waiting = [...this.jobs.values()].filter((job) => job.name === name && job.state === 'waiting');
      const inMs = waiting.map(({ startAfter }) => startAfter - Date.now());
      const delayed = waiting.filter(({ startAfter, attempts }) => startAfter > Date.now() && attempts === 0);
      return { events: delayed.length, nextInMs: inMs.length > 0 ? Math.min(...inMs) : null };
    });
  }

  done({ requestId }: TakenEvent): Promise<void> {
    return this.#do('done', () => void this.jobs.delete(requestId));
  }

  failed({ requestId }: TakenEvent, error: AttemptError): Promise<void> {
    return this.#do('failed', () => this.#fail(requestId, error));
  }

  recover(name: string, inHand: ReadonlySet<string>): Promise<void> {
    return this.#do('recover', () => {
      for (const [id, job] of this.jobs)
        if (job.name === name && job.state === 'active' && !inHand.has(id))
          this.#fail(id, { errorType: 'Launcher.Ended', errorMessage: '' });
    });
  }

  holdings() {
    return this.#do('holdings', () =>
      [...this.jobs.values()].map(({ name, state, payload }) => ({
        ...{ name, dead: state === 'dead', events: 1, bytes: payload.length },
      })),
    );
  }

  async resend(): Promise<number> {
    const dead = [...this.jobs.values()].filter(({ state }) => state === 'dead');
    for (const job of dead) Object.assign(job, { state: 'waiting', attempts: 0, startAfter: 0 });
    return dead.length;
  }

  async drop(): Promise<number> {
    const dead = [...this.jobs.values()].filter(({ state }) => state === 'dead');
    for (const { requestId } of dead) this.jobs.delete(requestId);
    return dead.length;
  }

  #fail(id: string, error: AttemptError): void {
    const job = this.jobs.get(id);
    if (!job) return;
    job.attempts += 1;
    job.error = error;
    job.state = job.attempts >= ATTEMPTS ? 'dead' : 'waiting';
    job.startAfter = Date.now() + 2_000 * 2 ** job.attempts;
  }

  async #do<Result>(operation: Operation, work: () => Result): Promise<Result> {
    const fault = this.fault(operation);
    const result = work();
    if (fault === 'late') throw new Error('Connection terminated unexpectedly');
    return result;
  }
}
