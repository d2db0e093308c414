import type { Changes, ContainerView, Counters, Memory, Moment, Snapshot } from '@serverless-vote/contracts/activity';
import type { Part } from '../parts.ts';

/** How long a container stays in the picture after its end, while it fades out. */
export const FADE_MS = 1_500;
/** How long a wire shows recent traffic. */
const FLOW_MS = 700;
const MOMENT_MS = 20_000;
/** What the timeline shows. */
export const MINUTE_MS = 60_000;

/** A container and its slot, which is the same in the picture and in the timeline for as long as it is shown. */
export type Placed = { view: ContainerView; slot: number };

/**
 * The picture of what runs. Each part has as many slots as it may have containers, and a container keeps its slot: so the
 * picture has a bounded size, and nothing in it jumps.
 */
export class Scene {
  readonly parts: readonly Part[];
  counters: Counters | undefined;
  memory: Memory | undefined;
  since = 0;
  moment: Moment | undefined;
  /** The functions whose containers stay for further events now. */
  reusing: readonly string[] = [];
  readonly #containers = new Map<string, Placed>();
  readonly #flowing = new Map<string, number>();
  /** The launcher's clock minus ours. */
  #aheadMs = 0;

  constructor(parts: readonly Part[]) {
    this.parts = parts;
  }

  /** The current time by the launcher's clock. */
  now(): number {
    return Date.now() + this.#aheadMs;
  }

  /** Every container of the last minute. */
  get containers(): Iterable<Placed> {
    return this.#containers.values();
  }

  begin({ now, since, containers, counters, memory, reusing }: Snapshot): void {
    this.#aheadMs = now - Date.now();
    this.since = since;
    this.reusing = reusing;
    this.counters = counters;
    this.memory = memory;
    this.#containers.clear();
    // Slots are assigned in the order in which the containers started.
    for (const view of containers.toSorted((a, b) => a.createdAt - b.createdAt)) this.#place(view);
  }

  change({ containers, counters, memory, moments, reusing }: Changes): void {
    this.reusing = reusing;
    this.#noteCalls(counters);
    this.counters = counters;
    this.memory = memory ?? this.memory;
    this.moment = moments.at(-1) ?? this.moment;
    for (const view of containers) {
      if (view.served > (this.#containers.get(view.id)?.view.served ?? 0) || view.inFlight > 0)
        this.#flowing.set(view.name, this.now());
      this.#place(view);
    }
  }

  /** Removes what is no longer shown. @returns whether more will have to be removed soon */
  settle(): boolean {
    const now = this.now();
    let fading = false;
    for (const [id, { view }] of this.#containers) {
      if (view.goneAt === undefined) continue;
      if (view.goneAt < now - MINUTE_MS) this.#containers.delete(id);
      else if (view.goneAt > now - FADE_MS) fading = true;
    }
    if (this.moment && this.moment.at < now - MOMENT_MS) this.moment = undefined;
    for (const [name, at] of this.#flowing) if (at < now - FLOW_MS) this.#flowing.delete(name);
    return fading || this.#flowing.size > 0 || this.moment !== undefined;
  }

  /** What each slot of a part shows: its container, or one that has just ended. */
  slots({ name, limit }: Part): (ContainerView | undefined)[] {
    const seenFrom = this.now() - FADE_MS;
    const slots = Array.from<ContainerView | undefined>({ length: limit });
    for (const { view, slot } of this.#containers.values()) {
      if (view.name !== name || (view.goneAt ?? Number.POSITIVE_INFINITY) < seenFrom) continue;
      const other = slots[slot];
      if (!other || other.createdAt <= view.createdAt) slots[slot] = view;
    }
    return slots;
  }

  /** The containers that exist now. */
  living(name?: string): number {
    let living = 0;
    for (const { view } of this.#containers.values())
      if (view.goneAt === undefined && (name === undefined || view.name === name)) living += 1;
    return living;
  }

  isFlowing(name: string): boolean {
    return this.#flowing.has(name);
  }

  /** How often a function has called another one. */
  calls(caller: string, callee: string): number {
    return this.counters?.calls?.[caller]?.[callee] ?? 0;
  }

  isCalling(caller: string, callee: string): boolean {
    return this.#flowing.has(callOf(caller, callee));
  }

  #noteCalls({ calls = {} }: Counters): void {
    for (const [caller, callees] of Object.entries(calls))
      for (const [callee, count] of Object.entries(callees))
        if (count > this.calls(caller, callee)) this.#flowing.set(callOf(caller, callee), this.now());
  }

  #place(view: ContainerView): void {
    const known = this.#containers.get(view.id);
    if (known) known.view = view;
    else this.#containers.set(view.id, { view, slot: this.#freeSlot(view) });
  }

  /** The slot that has been free for longest, so that a container that has just ended is seen fading out. */
  #freeSlot({ name, createdAt }: ContainerView): number {
    const limit = this.parts.find((part) => part.name === name)?.limit ?? 1;
    const freeSince = new Array<number>(limit).fill(0);
    for (const { view, slot } of this.#containers.values())
      if (view.name === name) freeSince[slot] = Math.max(freeSince[slot] ?? 0, view.goneAt ?? Number.POSITIVE_INFINITY);
    const faded = freeSince.findIndex((at) => at < createdAt - FADE_MS);
    return faded >= 0 ? faded : freeSince.indexOf(Math.min(...freeSince));
  }
}

/** Different from every name. */
const callOf = (caller: string, callee: string): string => `${caller} → ${callee}`;
