import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type Docker from 'dockerode';
import type { SandboxSpec } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { LABEL } from './service-spec.ts';

/** A new image under the same name is noticed this soon. */
const IMAGE_FRESH_MS = 2_000;

interface Image {
  reference: string;
  command: string[];
}

interface Listed {
  ID: string;
  Spec: Docker.ServiceSpec;
}

/** A secret of its own for each purpose and function, from the one that the stack was given. */
export const secretFor = (key: string, purpose: string, name: string): string =>
  createHmac('sha256', key).update(`${purpose}:${name}`).digest('hex');

/** What the launcher has on the Swarm for its functions: secrets, the agent, services; and which image a name means just now. */
export class SwarmResources {
  readonly #docker: Docker;
  readonly #stackId: string;
  /** What all secrets come from. */
  readonly key: string;
  readonly #agentFile: string;
  readonly #made = new Map<string, Promise<string>>();
  readonly #images = new Map<string, { image: Image; until: number }>();

  constructor(docker: Docker, stackId: string, key: string, agentFile: string) {
    this.#docker = docker;
    this.#stackId = stackId;
    this.key = key;
    this.#agentFile = agentFile;
  }

  /** What the tasks of a service find below /run/secrets. */
  async secrets(spec: SandboxSpec): Promise<Map<string, { id: string; name: string }>> {
    const contents = new Map([
      ['task-agent', secretFor(this.key, 'task-agent', spec.name)],
      ...Object.entries(spec.secrets),
    ]);
    if (spec.database) contents.set('database-password', secretFor(this.key, 'role', spec.name));
    const made = await Promise.all(
      [...contents].map(async ([file, content]) => {
        // A name may have 64 characters, so it can't hold all that it stands for.
        const name = `${file}_${hashOf(`${this.#stackId} ${spec.name} ${content}`)}`;
        return [file, { id: await this.#make('secrets', name, content), name }] as const;
      }),
    );
    return new Map(made);
  }

  async agent(): Promise<{ configId: string; configName: string }> {
    const program = readFileSync(this.#agentFile, 'utf8');
    const configName = `task-agent_${hashOf(`${this.#stackId} ${program}`)}`;
    return { configId: await this.#make('configs', configName, program), configName };
  }

  /**
   * What a name means now, in words that mean the same on every node: by digest where it came from a registry, else by id.
   * @throws {EngineError} InternalFailure when the manager doesn't have it
   */
  async image(name: string): Promise<Image> {
    const known = this.#images.get(name);
    if (known && performance.now() < known.until) return known.image;
    const image = await this.#docker
      .getImage(name)
      .inspect()
      .then(({ Id, RepoDigests, Config }) => ({
        reference: RepoDigests?.[0] ?? Id,
        command: [Config.Entrypoint ?? [], Config.Cmd ?? []].flat(),
      }))
      .catch((error: { statusCode?: number }) => {
        if (error.statusCode !== 404) throw error;
        const message = `The image ${name} isn't on the manager; infra/swarm/cluster.sh load brings it to every node.`;
        throw new EngineError('misconfigured', message, { cause: error });
      });
    this.#images.set(name, { image, until: performance.now() + IMAGE_FRESH_MS });
    return image;
  }

  /** A predecessor's services stay, without tasks. */
  async bringToZero(): Promise<void> {
    await Promise.all(
      (await this.#services()).map(async ({ ID }) => {
        const service = this.#docker.getService(ID);
        const { Spec, Version } = await service.inspect();
        if (!Spec.Mode?.Replicated) return service.remove();
        if (Spec.Mode.Replicated.Replicas === 0) return;
        await service.update({ ...Spec, Mode: { Replicated: { Replicas: 0 } }, version: Version.Index } as never);
      }),
    );
  }

  /** Removes all of it. */
  async remove(): Promise<void> {
    for (const { ID } of await this.#services()) await this.#docker.getService(ID).remove().catch(ignore);
    const filters = { label: [`${LABEL}.launcher=${this.#stackId}`] };
    for (const { ID } of await this.#docker.listSecrets({ filters }))
      await this.#docker.getSecret(ID).remove().catch(ignore);
    for (const { ID } of await this.#docker.listConfigs({ filters }))
      await this.#docker.getConfig(ID).remove().catch(ignore);
    this.#made.clear();
  }

  async #services(): Promise<Listed[]> {
    const label = [`${LABEL}.role=on-demand`, `${LABEL}.launcher=${this.#stackId}`];
    return (await this.#docker.listServices({ filters: { label } })) as Listed[];
  }

  /** Creates a secret or config, unless it is there. @returns its id */
  #make(kind: 'secrets' | 'configs', Name: string, content: string): Promise<string> {
    const known = this.#made.get(Name);
    if (known) return known;
    const making = this.#findOrCreate(kind, Name, content);
    this.#made.set(Name, making);
    making.catch(() => this.#made.delete(Name));
    return making;
  }

  async #findOrCreate(kind: 'secrets' | 'configs', Name: string, content: string): Promise<string> {
    const filters = { name: [Name] };
    const there: { ID: string; Spec?: { Name?: string | undefined } | undefined }[] = await (kind === 'secrets'
      ? this.#docker.listSecrets({ filters })
      : this.#docker.listConfigs({ filters }));
    const found = there.find(({ Spec }) => Spec?.Name === Name);
    if (found) return found.ID;
    const Labels = { [`${LABEL}.launcher`]: this.#stackId, 'com.docker.stack.namespace': this.#stackId };
    const described = { Name, Labels, Data: Buffer.from(content).toString('base64') };
    const made = await (kind === 'secrets'
      ? this.#docker.createSecret(described)
      : this.#docker.createConfig(described));
    return made.id;
  }
}

const hashOf = (content: string): string => createHash('sha256').update(content).digest('hex').slice(0, 20);
/** What somebody else has removed, or still uses, is not ours to worry about. */
const ignore = (): undefined => undefined;
