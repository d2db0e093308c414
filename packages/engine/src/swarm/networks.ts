import os from 'node:os';
import type Docker from 'dockerode';

interface Attachment {
  Network: { ID: string; Spec: { Name: string } };
  Addresses?: string[];
}

/** A task as Swarm describes it. */
interface Task {
  ServiceID: string;
  Spec: { ContainerSpec: { Image: string } };
  NetworksAttachments?: Attachment[];
}

interface Network {
  id: string;
  /** The launcher's own address in the network. */
  address: string;
}

export interface NetworksParts {
  docker: Docker;
  stackId: string;
  /** The launcher's own task. */
  taskId: string;
  /** Programs that have a network of their own, with the launcher. */
  alone: readonly string[];
}

/** The stack's overlay networks, to which the launcher's own task is attached, and the tasks in them. */
export class SwarmNetworks {
  readonly #parts: NetworksParts;
  #attachments: Attachment[] = [];
  /** The launcher's own image. */
  image = '';

  constructor(parts: NetworksParts) {
    this.#parts = parts;
  }

  async find(): Promise<void> {
    const { NetworksAttachments = [], Spec } = await this.#inspect(this.#parts.taskId);
    this.#attachments = NetworksAttachments;
    this.image = Spec.ContainerSpec.Image;
  }

  get all(): Network[] {
    return [this.of('functions'), this.of('web'), ...this.#parts.alone.map((program) => this.only(program))];
  }

  /** The launcher's address behind the published ports: the only one outside the overlay networks. */
  get published(): string {
    const overlay = new Set(this.#attachments.flatMap(({ Addresses }) => Addresses?.map(plain) ?? []));
    const own = Object.values(os.networkInterfaces()).flatMap((addresses) => addresses ?? []);
    const found = own.find(({ family, internal, address }) => family === 'IPv4' && !internal && !overlay.has(address));
    if (!found)
      throw new Error(
        'The launcher has no address for its published ports; stack.yml needs a network that is not internal.',
      );
    return found.address;
  }

  /** The image of this task, if Swarm confirms that it belongs to that service and has that address. */
  async imageOf(address: string, id: string, service: string): Promise<string | undefined> {
    const task = await this.#inspect(id);
    const { ID } = (await this.#parts.docker.getService(service).inspect()) as { ID: string };
    const isAt = task.NetworksAttachments?.some(({ Addresses }) => Addresses?.some((has) => plain(has) === address));
    return task.ServiceID === ID && isAt ? task.Spec.ContainerSpec.Image : undefined;
  }

  /** Of a program that has its own. */
  only(program: string): Network {
    return this.of(`only-${program}`);
  }

  of(name: 'functions' | 'web' | `only-${string}`): Network {
    const fullName = `${this.#parts.stackId}_${name}`;
    const found = this.#attachments.find(({ Network }) => Network.Spec.Name === fullName);
    const address = found?.Addresses?.[0];
    if (!found || !address)
      throw new Error(`The launcher is not in the network ${fullName}; stack.yml or programs.mts puts it there.`);
    return { id: found.Network.ID, address: plain(address) };
  }

  async #inspect(task: string): Promise<Task> {
    return (await this.#parts.docker.getTask(task).inspect()) as Task;
  }
}

/** `10.0.1.5/24` without its mask. */
const plain = (address: string): string => address.split('/')[0] ?? '';
