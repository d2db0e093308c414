import { backoffMs } from '@serverless-vote/contracts/backoff';
import type Docker from 'dockerode';
import type { SwarmNetworks } from './networks.ts';
import type { SwarmResources } from './resources.ts';
import { LABEL } from './service-spec.ts';

/** So long after the last container the networks stay open. */
const LINGER_MS = 10_000;
const MEMORY_MB = 64;
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
 * Keeps the stack's networks open on every node while there is activity: a service with one idle task a node.
 *
 * An engine takes an overlay network down after the last task of its node, and sets it up for the next. Tasks that come in that
 * moment it refuses, and tries again for as long as it goes on: measured on busy nodes, a start that took 21 s.
 */
export class Placeholder {
  readonly #parts: PlaceholderParts;
  readonly #name: string;
  #isThere = false;
  #isWanted = false;
  #leave: NodeJS.Timeout | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(parts: PlaceholderParts) {
    this.#parts = parts;
    this.#name = `${parts.stackId}_placeholder`;
  }

  /** A container is wanted. @param image any that every node has */
  hold(image: string): void {
    clearTimeout(this.#leave);
    this.#isWanted = true;
    if (this.#isThere) return;
    this.#isThere = true;
    this.#next(() =>
      this.#create(image).catch((error) => {
        this.#isThere = false;
        throw error;
      }),
    );
  }

  /** No container is there any more. */
  release(): void {
    this.#isWanted = false;
    this.#removeIn(LINGER_MS, 1);
  }

  /** A removal that fails is tried again, until it succeeds or a container is wanted. */
  #removeIn(ms: number, tries: number): void {
    clearTimeout(this.#leave);
    this.#leave = setTimeout(() => {
      if (!this.#isThere) return;
      this.#isThere = false;
      this.#next(() =>
        this.#parts.docker
          .getService(this.#name)
          .remove()
          .catch((error: { statusCode?: number }) => {
            if (error.statusCode === 404) return;
            this.#isThere = true;
            if (!this.#isWanted) this.#removeIn(backoffMs(tries), tries + 1);
            throw error;
          }),
      );
    }, ms);
  }

  async #create(image: string): Promise<void> {
    const { reference } = await this.#parts.resources.image(image);
    await this.#parts.docker.createService(this.#describe(reference));
  }

  close(): void {
    clearTimeout(this.#leave);
  }

  /** One order after the other. Functions run without it, too, only slower: what fails is a warning, and tried again with the next container. */
  #next(order: () => Promise<unknown>): void {
    this.#last = this.#last.then(order).then(
      () => undefined,
      (error: unknown) => this.#parts.warn({ service: this.#name, why: String(error) }, 'placeholder.failed'),
    );
  }

  #describe(Image: string): Docker.CreateServiceOptions {
    const { stackId, networks } = this.#parts;
    const labels = {
      [`${LABEL}.role`]: 'on-demand',
      [`${LABEL}.name`]: 'placeholder',
      [`${LABEL}.launcher`]: stackId,
      'com.docker.stack.namespace': stackId,
    };
    const described = {
      Name: this.#name,
      Labels: labels,
      Mode: { Global: {} },
      TaskTemplate: {
        ContainerSpec: {
          Image,
          Labels: labels,
          Command: ['node', '-e', WAIT_FOR_THE_END],
          User: '65534:65534',
          ReadOnly: true,
          CapabilityDrop: ['ALL'],
          Privileges: { NoNewPrivileges: true },
          StopGracePeriod: 1e9,
        },
        Resources: { Limits: { MemoryBytes: MEMORY_MB * 1024 * 1024, NanoCPUs: 1e8, Pids: 16 } },
        RestartPolicy: { Condition: 'any', Delay: 1e9, MaxAttempts: 0 },
        LogDriver: { Name: 'none' },
        Networks: [{ Target: networks.functions.id }, { Target: networks.web.id }],
      },
      EndpointSpec: { Mode: 'dnsrr' },
    };
    return described as unknown as Docker.CreateServiceOptions;
  }
}
