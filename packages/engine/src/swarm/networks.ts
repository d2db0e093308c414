import os from 'node:os';
import type Docker from 'dockerode';

interface Attachment {
  Network: { ID: string; Spec: { Name: string } };
  Addresses?: string[];
}

interface Task {
  ServiceID: string;
  DesiredState: string;
  Spec: unknown;
  NetworksAttachments?: Attachment[];
}

interface Network {
  id: string;
  /** The launcher's own address in it. */
  address: string;
}

/** The overlay networks of the stack, as the launcher's own task has them, and who is in them. */
export class SwarmNetworks {
  readonly #docker: Docker;
  readonly #stackId: string;
  readonly #taskId: string;
  #attachments: Attachment[] = [];

  constructor(docker: Docker, stackId: string, taskId: string) {
    this.#docker = docker;
    this.#stackId = stackId;
    this.#taskId = taskId;
  }

  async find(): Promise<void> {
    const task = (await this.#docker.getTask(this.#taskId).inspect()) as Task;
    this.#attachments = task.NetworksAttachments ?? [];
  }

  get functions(): Network {
    return this.#named('functions');
  }

  get web(): Network {
    return this.#named('web');
  }

  /** The launcher's address that published ports lead to: the only one that is in none of the overlay networks. */
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

  /** Is this task one of that service, meant to run, and at that address? */
  async isOf(task: Task, address: string, service: string): Promise<boolean> {
    const { ID } = (await this.#docker.getService(service).inspect()) as { ID: string };
    const isAt = task.NetworksAttachments?.some(({ Addresses }) => Addresses?.some((has) => plain(has) === address));
    return task.ServiceID === ID && isAt === true;
  }

  #named(name: string): Network {
    const found = this.#attachments.find(({ Network }) => Network.Spec.Name === `${this.#stackId}_${name}`);
    const address = found?.Addresses?.[0];
    if (!found || !address)
      throw new Error(`The launcher is not in the network ${this.#stackId}_${name}; stack.yml puts it there.`);
    return { id: found.Network.ID, address: plain(address) };
  }
}

/** `10.0.1.5/24` without its mask. */
const plain = (address: string): string => address.split('/')[0] ?? '';
