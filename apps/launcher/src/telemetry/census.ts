import type { ContainerView, Counters, Ending, Moment } from '@serverless-vote/contracts/activity';
import type { PublishedEvent, StartKind } from '@serverless-vote/contracts/lifecycle';
import type { EventBus } from '../model/event-bus.ts';
import { RecentValues } from './recent-values.ts';

/** Containers that have left are remembered this long, and so many at most. */
const REMEMBERED_MS = 60_000;
const REMEMBERED = 400;
const LATEST_INVOCATIONS = 200;
const LATEST_REUSED = 20;
const MOMENTS = 10;

/** Who lives, who has just left, and how it went so far: kept from the event bus, however fast that is. */
export class Census {
  readonly since = Date.now();
  readonly #containers = new Map<string, ContainerView>();
  readonly #byContainer = new Map<string, ContainerView>();
  readonly #counts = { removed: 0, removedWell: 0, invocations: 0, succeeded: 0, retried: 0 };
  readonly #durations: Record<StartKind, RecentValues> = {
    cold: new RecentValues(LATEST_INVOCATIONS),
    prewarmed: new RecentValues(LATEST_INVOCATIONS),
    warm: new RecentValues(LATEST_INVOCATIONS),
  };
  readonly #reused = new Map<string, RecentValues>();
  #today = { since: Date.now(), started: 0, removed: 0 };
  #changed = new Set<ContainerView>();
  #moments: Moment[] = [];
  #events: Record<string, number> = {};

  /** How many containers live now. */
  get living(): number {
    let living = 0;
    for (const { state } of this.#containers.values()) if (state !== 'gone') living += 1;
    return living;
  }

  /** @param told is called after every event that changed something that viewers see */
  constructor(bus: EventBus, told: () => void) {
    bus.subscribe((event) => {
      // What functions write may hold anything, so it stays private.
      if (event.type === 'output') return;
      this.#events[event.type] = (this.#events[event.type] ?? 0) + 1;
      this.#learn(event);
      told();
    });
  }

  get counters(): Counters {
    const { cold, prewarmed, warm } = this.#durations;
    const reused = [...this.#reused].map(([name, { sum, size }]) => [name, { events: sum, containers: size }]);
    return {
      ...this.#counts,
      today: { ...this.#countsOfToday() },
      p50: {
        ...(cold.median !== undefined && { cold: cold.median }),
        ...(prewarmed.median !== undefined && { prewarmed: prewarmed.median }),
        ...(warm.median !== undefined && { warm: warm.median }),
      },
      reused: Object.fromEntries(reused),
    };
  }

  /** Those who live, and those who left in the last minute. */
  get containers(): ContainerView[] {
    this.#forget();
    return [...this.#containers.values()];
  }

  /** What has changed since this was last asked. */
  takeChanges(): { containers: ContainerView[]; moments: Moment[]; events: Record<string, number> } {
    const changes = { containers: [...this.#changed], moments: this.#moments, events: this.#events };
    this.#changed = new Set();
    this.#moments = [];
    this.#events = {};
    return changes;
  }

  #learn(event: Exclude<PublishedEvent, { type: 'output' }>): void {
    switch (event.type) {
      case 'container.starting': {
        const { sandboxId: id, name } = event;
        const view: ContainerView = { id, name, state: 'starting', inFlight: 0, served: 0, createdAt: Date.now() };
        this.#containers.set(id, view);
        this.#changed.add(view);
        return;
      }
      case 'container.started':
        return this.#started(event.sandboxId, event.containerId);
      case 'container.ready':
        this.#update(event.sandboxId, { state: 'waiting', readyAt: Date.now() });
        return;
      case 'container.leaving':
        this.#update(event.sandboxId, { state: 'leaving' });
        return;
      case 'container.gone':
        return this.#buried(event);
      case 'invocation.running': {
        const view = this.#byContainer.get(event.containerId);
        if (view)
          this.#update(view.id, { state: 'running', inFlight: view.inFlight + 1, busyAt: view.busyAt ?? Date.now() });
        return;
      }
      case 'invocation.retried':
        this.#counts.retried += 1;
        if (this.#moments.length < MOMENTS) {
          const { name, containerId, reason } = event;
          this.#moments.push({ kind: 'retried', at: Date.now(), name, containerId, reason });
        }
        return;
      case 'invocation.finished':
        return this.#finished(event);
    }
  }

  #started(id: string, containerId: string): void {
    this.#countsOfToday().started += 1;
    this.#byContainer.set(containerId, this.#update(id, { containerId, state: 'connecting' }));
  }

  #finished(event: Extract<PublishedEvent, { type: 'invocation.finished' }>): void {
    this.#counts.invocations += 1;
    if (event.outcome === 'success') this.#counts.succeeded += 1;
    if (event.startKind) this.#durations[event.startKind].add(event.totalMs);
    const view = event.containerId === undefined ? undefined : this.#byContainer.get(event.containerId);
    if (!view) return;
    const inFlight = Math.max(0, view.inFlight - 1);
    const state = view.state === 'running' && inFlight === 0 ? 'waiting' : view.state;
    const runMs = event.phases.run;
    this.#update(view.id, { state, inFlight, served: view.served + 1, ...(runMs !== undefined && { runMs }) });
  }

  #buried({ sandboxId, containerId, exit, served }: Extract<PublishedEvent, { type: 'container.gone' }>): void {
    const ending: Ending = exit.kind === 'exited' ? exit.exitCode : 'lost';
    this.#counts.removed += 1;
    this.#countsOfToday().removed += 1;
    if (ending === 0) this.#counts.removedWell += 1;
    const view = this.#update(sandboxId, { state: 'gone', inFlight: 0, goneAt: Date.now(), ending });
    if (served > 1) this.#reusedBy(view.name).add(served);
    if (containerId !== undefined) this.#byContainer.delete(containerId);
    // The map's order is the order of leaving, so that the longest gone are forgotten first.
    this.#containers.delete(sandboxId);
    this.#containers.set(sandboxId, view);
    if (this.#containers.size > REMEMBERED) this.#forget();
  }

  /** A day ends at midnight, also while nothing happens. */
  #countsOfToday() {
    const midnight = new Date().setHours(0, 0, 0, 0);
    if (midnight > this.#today.since) this.#today = { since: midnight, started: 0, removed: 0 };
    return this.#today;
  }

  #reusedBy(name: string): RecentValues {
    const latest = this.#reused.get(name) ?? new RecentValues(LATEST_REUSED);
    this.#reused.set(name, latest);
    return latest;
  }

  /** Views are changed in place: whoever has one to send, sends what is true then. */
  #update(id: string, news: Partial<ContainerView>): ContainerView {
    const view = Object.assign(this.#containers.get(id) ?? unseen(id), news);
    this.#changed.add(view);
    return view;
  }

  #forget(): void {
    const before = Date.now() - REMEMBERED_MS;
    let tooMany = this.#containers.size - REMEMBERED;
    for (const [id, { goneAt }] of this.#containers) {
      if (goneAt === undefined || (goneAt >= before && tooMany <= 0)) continue;
      this.#containers.delete(id);
      tooMany -= 1;
    }
  }
}

/** Nothing is told of a container before it starts; should that ever change, viewers still get a whole view. */
const unseen = (id: string): ContainerView => ({
  id,
  name: '',
  state: 'starting',
  inFlight: 0,
  served: 0,
  createdAt: Date.now(),
});
