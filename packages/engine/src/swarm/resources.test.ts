import type Docker from 'dockerode';
import { expect, test } from 'vitest';
import type { SandboxSpec } from '../engine.ts';
import { SwarmResources } from './resources.ts';

const SPEC = { name: 'a-function', database: true, secrets: { TOKEN: 'a-token' } } as unknown as SandboxSpec;

/** A manager with secrets and services that refuses to remove a secret while there is a service. */
function manager() {
  const services = new Set<string>();
  const secrets = new Map<string, string>();
  const asked: object[] = [];
  const docker = {
    async listServices(options: object) {
      asked.push(options);
      return [...services].map((ID) => ({ ID }));
    },
    getService: (id: string) => ({ remove: async () => services.delete(id) }),
    listSecrets: async () => [...secrets].map(([ID, Name]) => ({ ID, Spec: { Name } })),
    async createSecret({ Name }: { Name: string }) {
      const id = `secret-${secrets.size}`;
      secrets.set(id, Name);
      return { id };
    },
    getSecret: (id: string) => ({
      async remove() {
        if (services.size > 0) throw new Error('secret is in use');
        secrets.delete(id);
      },
    }),
    listConfigs: async () => [],
  };
  const parts = { docker: docker as unknown as Docker, stackId: 'a-stack', key: 'a-key', agentFile: '' };
  return { services, secrets, asked, resources: () => new SwarmResources(parts) };
}

test('a launcher finds the secrets that are there instead of making them again', async () => {
  const { secrets, resources } = manager();
  const made = await resources().secrets(SPEC);
  expect([...made.keys()]).toEqual(['task-agent', 'TOKEN', 'database-password']);
  expect(await resources().secrets(SPEC)).toEqual(made);
  expect(secrets.size).toBe(3);
});

test('each function has secrets of its own', async () => {
  const { secrets, resources } = manager();
  await resources().secrets(SPEC);
  await resources().secrets({ ...SPEC, name: 'another' });
  expect(new Set(secrets.values()).size).toBe(6);
});

test('removes this stack’s services, a predecessor’s among them, and then the secrets that nothing uses any more', async () => {
  const { services, secrets, asked, resources } = manager();
  await resources().secrets(SPEC);
  services.add('a-service').add('a-placeholder');
  await resources().remove();
  expect({ services: services.size, secrets: secrets.size }).toEqual({ services: 0, secrets: 0 });
  expect(JSON.stringify(asked)).toContain('org.serverless-vote.launcher=a-stack');
});

test('makes what it has removed again when it is needed again', async () => {
  const { secrets, resources } = manager();
  const one = resources();
  await one.secrets(SPEC);
  await one.remove();
  await one.secrets(SPEC);
  expect(secrets.size).toBe(3);
});
