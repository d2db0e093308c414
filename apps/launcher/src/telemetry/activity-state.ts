import type { ContainerView, Counters, Moment } from '@serverless-vote/contracts/activity';
import type { PublishedEvent, StartKind } from '@serverless-vote/contracts/lifecycle';
import type { EventBus } from '../model/event-bus.ts';

/** How long containers that are gone are remembered, and how many of them at most. */
const REMEMBERED_MS = 60_000;
const REMEMBERED = 400;
const LATEST_INVOCATIONS = 200;
const LATEST_REUSED = 20;
const MOMENTS = 10;

/** The containers that are alive or ended recently, and counters: the state after all lifecycle events so far. */
export class ActivityState {
  readonly since = Date.now();
  readonly #containers = new Map<string, ContainerView>();
  readonly #byContainer = new Map<string, ContainerView>();
  readonly #counts = { removed: 0, removedWell: 0, invocations: 0, succeeded: 0, retried: 0 };
  readonly #durations = new Map<StartKind, number[]>();
  /** For each function: how many events each of its latest reused containers served. */
  readonly #reused = new Map<string, number[]>();
  readonly #reusing = new Set<string>();
  readonly #calls: Record<string, Record<string, number>> = {};
  #today = { since: Date.now(), started: 0, removed: 0 };
  #changed = new Set<ContainerView>();
  #moments: Moment[] = [];

  /** @param changed is called after every event that viewers may see */
  constructor(bus: EventBus, changed: () => void) {
    bus.subscribe((event) => {
      // A function's output may contain anything, so it stays private.
      if (event.type === 'output') return;
      this.#learn(event);
      changed();
    });
  }

  /** Is there no container? */
  get isIdle(): boolean {
    return [...this.#containers.values()].every(({ state }) => state === 'gone');
  }

  get counters(): Counters {
    const medians = [...this.#durations].map(([kind, latest]) => [kind, median(latest)]);
    const reused = [...this.#reused].map(([name, latest]) => [
      name,
      { events: sum(latest), containers: latest.length },
    ]);
    return {
      ...this.#counts,
      today: { ...this.#countsOfToday() },
      p50: Object.fromEntries(medians),
      reused: Object.fromEntries(reused),
      ...(Object.keys(this.#calls).length > 0 && { calls: this.#calls }),
    };
  }

  /** The functions whose containers stay for further events now. */
  get reusing(): string[] {
    return [...this.#reusing];
  }

  /** The containers that are alive, and those that ended in the last minute. */
  get containers(): ContainerView[] {
    this.#forget();
    return [...this.#containers.values()];
  }

  /** The changes since the last call. */
  takeChanges(): { containers: ContainerView[]; moments: Moment[] } {
    const changes = { containers: [...this.#changed], moments: this.#moments };
    this.#changed = new Set();
    this.#moments = [];
    return changes;
  }

  #learn(event: PublishedEvent): void {
    switch (event.type) {
      case 'container.starting':
        return void this.#update(event.sandboxId, { name: event.name });
      case 'container.started': {
        const { sandboxId, containerId } = event;
        this.#countsOfToday().started += 1;
        return void this.#byContainer.set(containerId, this.#update(sandboxId, { containerId, state: 'connecting' }));
      }
      case 'container.ready':
        return void this.#update(event.sandboxId, { state: 'waiting', readyAt: Date.now() });
      case 'container.leaving':
        return void this.#update(event.sandboxId, { state: 'leaving' });
      case 'container.gone':
        return this.#gone(event);
      case 'reuse.began':
        return void this.#reusing.add(event.name);
      case 'reuse.ended':
        return void this.#reusing.delete(event.name);
      case 'invocation.accepted':
        return this.#called(event);
      case 'invocation.running': {
        const view = this.#byContainer.get(event.containerId);
        const busyAt = view?.busyAt ?? Date.now();
        return void (view && this.#update(view.id, { state: 'running', inFlight: view.inFlight + 1, busyAt }));
      }
      case 'invocation.retried': {
        const { name, containerId, reason } = event;
        this.#counts.retried += 1;
        if (this.#moments.length === MOMENTS) return;
        return void this.#moments.push({ kind: 'retried', at: Date.now(), name, containerId, reason });
      }
      case 'invocation.finished':
        return this.#finished(event);
    }
  }

  /** Both are names of the catalog, so there are few. */
  #called({ caller, name }: PublishedEvent & { type: 'invocation.accepted' }): void {
    if (caller === undefined) return;
    this.#calls[caller] = { ...this.#calls[caller], [name]: (this.#calls[caller]?.[name] ?? 0) + 1 };
  }

  #finished(event: PublishedEvent & { type: 'invocation.finished' }): void {
    this.#counts.invocations += 1;
    if (event.outcome === 'success') this.#counts.succeeded += 1;
    if (event.startKind) addLatest(this.#durations, event.startKind, event.totalMs, LATEST_INVOCATIONS);
    const view = this.#byContainer.get(event.containerId ?? '');
    if (!view) return;
    const inFlight = Math.max(0, view.inFlight - 1);
    const state = view.state === 'running' && inFlight === 0 ? 'waiting' : view.state;
    const { run: runMs } = event.phases;
    this.#update(view.id, { state, inFlight, served: view.served + 1, ...(runMs !== undefined && { runMs }) });
  }

  #gone({ sandboxId, containerId = '', exit, served }: PublishedEvent & { type: 'container.gone' }): void {
    const ending = exit.kind === 'exited' ? exit.exitCode : 'lost';
    this.#counts.removed += 1;
    this.#countsOfToday().removed += 1;
    if (ending === 0) this.#counts.removedWell += 1;
    const view = this.#update(sandboxId, { state: 'gone', inFlight: 0, goneAt: Date.now(), ending });
    if (served > 1) addLatest(this.#reused, view.name, served, LATEST_REUSED);
    this.#byContainer.delete(containerId);
    // The map is in the order in which containers left, so the oldest are forgotten first.
    this.#containers.delete(sandboxId);
    this.#containers.set(sandboxId, view);
    if (this.#containers.size > REMEMBERED) this.#forget();
  }

  /** A day ends at midnight, even while nothing happens. */
  #countsOfToday() {
    const midnight = new Date().setHours(0, 0, 0, 0);
    if (midnight > this.#today.since) this.#today = { since: midnight, started: 0, removed: 0 };
    return this.#today;
  }

  /** Views are updated in place, so a message always contains the newest state. */
  #update(id: string, news: Partial<ContainerView>): ContainerView {
    const known = this.#containers.get(id);
    const view = Object.assign(
      known ?? { id, name: '', state: 'starting', inFlight: 0, served: 0, createdAt: Date.now() },
      news,
    ) as ContainerView;
    this.#containers.set(id, view);
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

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
const median = (values: number[]) => Float64Array.from(values).sort()[Math.floor(values.length / 2)];

/** Appends a value to a series, and keeps the latest `most`. */
function addLatest<Key>(series: Map<Key, number[]>, key: Key, value: number, most: number): void {
  const values = series.get(key) ?? [];
  values.push(value);
  if (values.length > most) values.shift();
  series.set(key, values);
}
