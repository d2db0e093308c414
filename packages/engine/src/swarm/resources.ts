import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type Docker from 'dockerode';
import { unless } from '../docker-errors.ts';
import { EngineError, type SandboxSpec } from '../engine.ts';
import { label, onDemand } from '../labels.ts';
import { secretFor } from './secrets.ts';

/** A new image under the same name is noticed this soon. */
const IMAGE_FRESH_MS = 2_000;

interface Image {
  reference: string;
  command: string[];
}

interface ResourcesParts {
  docker: Docker;
  stackId: string;
  /** All secrets are derived from it. */
  key: string;
  /** The task agent's program. */
  agentFile: string;
}

/** What the launcher keeps on the Swarm for its functions: secrets, the agent's program, services. Also resolves image names. */
export class SwarmResources {
  readonly #parts: ResourcesParts;
  readonly #docker: Docker;
  readonly #made = new Map<string, Promise<string>>();
  readonly #images = new Map<string, { image: Image; until: number }>();

  constructor(parts: ResourcesParts) {
    this.#parts = parts;
    this.#docker = parts.docker;
  }

  /** The files that the tasks of a service have below /run/secrets. */
  async secrets(spec: SandboxSpec): Promise<Map<string, { id: string; name: string }>> {
    const { stackId, key } = this.#parts;
    const contents = { 'task-agent': secretFor(key, 'task-agent', spec.name), ...spec.secrets };
    const password = spec.database ? { 'database-password': secretFor(key, 'role', spec.name) } : {};
    const made = Object.entries({ ...contents, ...password }).map(async ([file, content]) => {
      // A name may have 64 characters, so it can't hold all that it stands for.
      const name = `${file}_${hashOf(`${stackId} ${spec.name} ${content}`)}`;
      return [file, { id: await this.#make('Secret', name, content), name }] as const;
    });
    return new Map(await Promise.all(made));
  }

  async agent(): Promise<{ configId: string; configName: string }> {
    const program = readFileSync(this.#parts.agentFile, 'utf8');
    const configName = `task-agent_${hashOf(`${this.#parts.stackId} ${program}`)}`;
    return { configId: await this.#make('Config', configName, program), configName };
  }

  /**
   * A reference that means the same image on every node: by digest if it came from a registry, else by ID.
   * @throws {EngineError} when the manager doesn't have it
   */
  async image(name: string): Promise<Image> {
    const known = this.#images.get(name);
    if (known && performance.now() < known.until) return known.image;
    const inspected = await this.#docker.getImage(name).inspect().catch(unless(404));
    if (!inspected) {
      const message = `The image ${name} isn't on the manager; infra/swarm/cluster.sh load brings it to every node.`;
      throw new EngineError('misconfigured', message);
    }
    const { Id, RepoDigests, Config } = inspected;
    const image = { reference: RepoDigests?.[0] ?? Id, command: [Config.Entrypoint ?? [], Config.Cmd ?? []].flat() };
    this.#images.set(name, { image, until: performance.now() + IMAGE_FRESH_MS });
    return image;
  }

  /** A predecessor's services stay, without tasks. */
  async bringToZero(): Promise<void> {
    const toZero = async (id: string) => {
      const service = this.#docker.getService(id);
      const { Spec, Version } = await service.inspect();
      if (!Spec.Mode?.Replicated) return service.remove();
      if (Spec.Mode.Replicated.Replicas === 0) return;
      await service.update({ ...Spec, Mode: { Replicated: { Replicas: 0 } }, version: Version.Index } as never);
    };
    await Promise.all((await this.#services()).map(toZero));
  }

  /** Removes all of it, except what is still in use or gone already. */
  async remove(): Promise<void> {
    const remove = (what: { remove(): Promise<unknown> }) => what.remove().catch(() => undefined);
    for (const id of await this.#services()) await remove(this.#docker.getService(id));
    const filters = { label: [`${label('launcher')}=${this.#parts.stackId}`] };
    for (const { ID } of await this.#docker.listSecrets({ filters })) await remove(this.#docker.getSecret(ID));
    for (const { ID } of await this.#docker.listConfigs({ filters })) await remove(this.#docker.getConfig(ID));
    this.#made.clear();
  }

  async #services(): Promise<string[]> {
    const services = await this.#docker.listServices({ filters: { label: onDemand(this.#parts.stackId) } });
    return (services as { ID: string }[]).map(({ ID }) => ID);
  }

  /** Creates a secret or config, unless it is there. @returns its ID */
  #make(kind: 'Secret' | 'Config', name: string, content: string): Promise<string> {
    const known = this.#made.get(name);
    if (known) return known;
    const making = this.#findOrCreate(kind, name, content);
    this.#made.set(name, making);
    making.catch(() => this.#made.delete(name));
    return making;
  }

  async #findOrCreate(kind: 'Secret' | 'Config', Name: string, content: string): Promise<string> {
    const { stackId } = this.#parts;
    const there: { ID: string; Spec?: { Name?: string | undefined } | undefined }[] = await this.#docker[
      `list${kind}s`
    ]({ filters: { name: [Name] } });
    const found = there.find(({ Spec }) => Spec?.Name === Name);
    if (found) return found.ID;
    const Labels = { [label('launcher')]: stackId, 'com.docker.stack.namespace': stackId };
    const Data = Buffer.from(content).toString('base64');
    return (await this.#docker[`create${kind}`]({ Name, Labels, Data })).id;
  }
}

const hashOf = (content: string): string => createHash('sha256').update(content).digest('hex').slice(0, 20);
