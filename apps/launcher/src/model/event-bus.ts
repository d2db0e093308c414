import { EventEmitter } from 'node:events';
import type { LifecycleEvent, PublishedEvent } from '@serverless-vote/contracts/lifecycle';

/** Carries lifecycle events from every part to log, metrics and viewers. A listener must not throw. */
export class EventBus {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  publish(event: LifecycleEvent): void {
    this.#emitter.emit('event', { at: new Date().toISOString(), ...event });
  }

  /** Calls `listener` for every event from now on; the returned function ends it. */
  subscribe(listener: (event: PublishedEvent) => void): () => void {
    this.#emitter.on('event', listener);
    return () => this.#emitter.off('event', listener);
  }
}
