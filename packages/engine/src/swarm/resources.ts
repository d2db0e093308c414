import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { label, onDemand } from '@serverless-vote/contracts/labels';
import { secretFor } from '@serverless-vote/contracts/secret';
import type Docker from 'dockerode';
import { unless } from '../docker-errors.ts';
import { EngineError, type SandboxSpec } from '../engine.ts';

/** How soon a new image under the same name is noticed. */
const IMAGE_FRESH_MS = 2_000;

export interface Image {
  reference: string;
  entrypoint: string[];
  command: string[];
  /** Folders that it declares as volumes. */
  volumes: string[];
}

/** A secret or config on the Swarm. */
export interface Stored {
  id: string;
  name: string;
}

export interface ResourcesParts {
  docker: Docker;
  stackId: string;
  /** All secrets are derived from it. */
  key: string;
  /** The task agent's program. */
  agentFile: string;
}

/** What the launcher creates on the Swarm for its functions: secrets, the agent's program, services. Also resolves image names. */
export class SwarmResources {
  readonly #parts: ResourcesParts;
  readonly #made = new Map<string, Promise<Stored>>();
  readonly #images = new Map<string, { image: Image; until: number }>();

  constructor(parts: ResourcesParts) {
    this.#parts = parts;
  }

  /** The files below /run/secrets in the tasks of a service. */
  async secrets(spec: SandboxSpec): Promise<Map<string, Stored>> {
    const { key } = this.#parts;
    const contents = { 'task-agent': secretFor(key, 'task-agent', spec.name), ...spec.secrets };
    const password = spec.database ? { 'database-password': secretFor(key, 'role', spec.name) } : {};
    const made = Object.entries({ ...contents, ...password }).map(
      async ([file, content]) => [file, await this.#make('Secret', file, content, spec.name)] as const,
    );
    return new Map(await Promise.all(made));
  }

  agent(): Promise<Stored> {
    return this.#make('Config', 'task-agent', readFileSync(this.#parts.agentFile, 'utf8'));
  }

  /**
   * A reference to the same image on every node: by digest if it came from a registry, else by ID.
   * @throws {EngineError} when the manager doesn't have it
   */
  async image(name: string): Promise<Image> {
    const known = this.#images.get(name);
    if (known && performance.now() < known.until) return known.image;
    const inspected = await this.#parts.docker.getImage(name).inspect().catch(unless(404));
    if (!inspected) {
      const message = `The image ${name} isn't on the manager; infra/swarm/cluster.sh load brings it to every node.`;
      throw new EngineError('misconfigured', message);
    }
    const { Id, RepoDigests, Config } = inspected;
    const { Entrypoint, Cmd, Volumes } = Config;
    const image = {
      reference: RepoDigests?.[0] ?? Id,
      entrypoint: [Entrypoint ?? []].flat(),
      command: Cmd ?? [],
      volumes: Object.keys(Volumes ?? {}),
    };
    this.#images.set(name, { image, until: performance.now() + IMAGE_FRESH_MS });
    return image;
  }

  /** Removes everything that isn't still in use. */
  async remove(): Promise<void> {
    const remove = (what: { remove(): Promise<unknown> }) => what.remove().catch(() => undefined);
    const { docker, stackId } = this.#parts;
    const services = await docker.listServices({ filters: { label: onDemand(stackId) } });
    for (const { ID } of services as { ID: string }[]) await remove(docker.getService(ID));
    const filters = { label: [`${label('launcher')}=${stackId}`] };
    for (const { ID } of await docker.listSecrets({ filters })) await remove(docker.getSecret(ID));
    for (const { ID } of await docker.listConfigs({ filters })) await remove(docker.getConfig(ID));
    this.#made.clear();
  }

  /** A secret or config, created if it doesn't exist. @param owner the function that it belongs to; absent: the whole stack */
  #make(kind: 'Secret' | 'Config', what: string, content: string, owner = ''): Promise<Stored> {
    // A name may have at most 64 characters, so it contains a digest.
    const hash = createHash('sha256').update(`${this.#parts.stackId} ${owner} ${content}`).digest('hex');
    const name = `${what}_${hash.slice(0, 20)}`;
    const making = this.#made.get(name) ?? this.#findOrCreate(kind, name, content);
    this.#made.set(name, making);
    making.catch(() => this.#made.delete(name));
    return making;
  }

  async #findOrCreate(kind: 'Secret' | 'Config', name: string, content: string): Promise<Stored> {
    const listed = await this.#parts.docker[`list${kind}s`]({ filters: { name: [name] } });
    const found = (listed as { ID: string; Spec?: { Name?: string } }[]).find(({ Spec }) => Spec?.Name === name);
    if (found) return { id: found.ID, name };
    const { stackId } = this.#parts;
    const Labels = { [label('launcher')]: stackId, 'com.docker.stack.namespace': stackId };
    const Data = Buffer.from(content).toString('base64');
    return { id: (await this.#parts.docker[`create${kind}`]({ Name: name, Labels, Data })).id, name };
  }
}
