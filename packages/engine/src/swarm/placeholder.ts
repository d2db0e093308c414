import type Docker from 'dockerode';
import { unless } from '../docker-errors.ts';
import type { SwarmNetworks } from './networks.ts';
import { Reconciler } from './reconciler.ts';
import type { SwarmResources } from './resources.ts';
import { baseSpec } from './service-spec.ts';

/** How long the networks stay open after the last container. */
const LINGER_MS = 10_000;
const WAIT_FOR_THE_END = 'process.once("SIGTERM", () => process.exit(0)); setInterval(() => 0, 2 ** 30)';

interface PlaceholderParts {
  docker: Docker;
  stackId: string;
  networks: SwarmNetworks;
  resources: SwarmResources;
  warn(details: object, event: string): void;
}

/*
 *         a container is wanted               none for LINGER_MS
 *  away ─────────────────────────▶ there ─────────────────────────▶ away
 */

/**
 * Keeps the stack's networks open on every node while there is activity: a service with one idle task per node.
 *
 * An engine takes an overlay network down after the last task on its node, and sets it up again for the next. Meanwhile it refuses new
 * tasks and retries them: on busy nodes, one start took 21 s.
 */
export class Placeholder {
  readonly #parts: PlaceholderParts;
  readonly #name: string;
  readonly #reconciler: Reconciler;
  #isThere = false;
  /** An image that every node has. */
  #image = '';
  /** When it may be removed; undefined while there are containers. */
  #leaveAt: number | undefined;

  constructor(parts: PlaceholderParts) {
    this.#parts = parts;
    this.#name = `${parts.stackId}_placeholder`;
    this.#reconciler = new Reconciler({
      step: () => this.#step(),
      failed: (error) => {
        // Functions also run without it, but start more slowly.
        parts.warn({ service: this.#name, why: String(error) }, 'placeholder.failed');
        return false;
      },
    });
  }

  /** A container is needed. @param image one that every node has */
  hold(image: string): void {
    this.#image = image;
    this.#leaveAt = undefined;
    this.#reconciler.changed();
  }

  /** The last container has gone. */
  release(): void {
    this.#leaveAt = performance.now() + LINGER_MS;
    this.#reconciler.changed();
  }

  close(): void {
    this.#reconciler.close();
  }

  async #step(): Promise<number | 'settled'> {
    const { docker, resources } = this.#parts;
    if (this.#leaveAt === undefined && !this.#isThere) {
      const { reference } = await resources.image(this.#image);
      await docker.createService(this.#describe(reference));
      this.#isThere = true;
    } else if (this.#leaveAt !== undefined && performance.now() >= this.#leaveAt && this.#isThere) {
      await docker.getService(this.#name).remove().catch(unless(404));
      this.#isThere = false;
    }
    return this.#isThere && this.#leaveAt !== undefined ? this.#leaveAt - performance.now() : 'settled';
  }

  #describe(Image: string): Docker.CreateServiceOptions {
    const { stackId, networks } = this.#parts;
    const base = baseSpec(
      { stackId, name: 'placeholder', networkIds: networks.all.map(({ id }) => id) },
      { Image, Command: ['node', '-e', WAIT_FOR_THE_END], User: '65534:65534', StopGracePeriod: 1e9 },
      { memoryMb: 64, cpus: 0.1, processes: 16 },
    );
    return { ...base, Mode: { Global: {} } } as unknown as Docker.CreateServiceOptions;
  }
}
