import { afterAll, describe, expect, test } from 'vitest';
import { baseUrl, containers, docker, permanent, send } from './stack.ts';

const page = async () => (await send(baseUrl, '/', { headers: { accept: '*/*' } })).status;
const none = (name: string) => expect.poll(() => containers(name), { interval: 100 }).toEqual([]);

/** The program that the launcher runs in a container of its own. */
async function inLauncher(program: string): Promise<string> {
  const exec = await (await permanent('launcher')).exec({ Cmd: ['node', '-p', program], AttachStdout: true });
  const output: Buffer[] = [];
  for await (const chunk of await exec.start({ Tty: true })) output.push(chunk as Buffer);
  return Buffer.concat(output).toString().trim();
}
/** Besides the launcher's own socket. */
const leftBehind = async () =>
  inLauncher(`fs.readdirSync('/run/ingress').filter((name) => name !== 'owner.sock').join()`);

describe('a compromised image of web', () => {
  let web = '';
  let good = '';
  const tag = (image: string) => {
    const [repository, name] = web.split(':');
    return docker.getImage(image).tag({ repo: repository ?? '', tag: name ?? '' });
  };
  afterAll(async () => {
    if (good) await tag(good);
  });

  test('that leaves files which root without capabilities can’t remove is refused, stops nothing, and leaves nothing', async () => {
    expect(await page()).toBe(200);
    const [replica] = await containers('web');
    web = replica?.Image ?? '';
    good = replica?.ImageID ?? '';
    await docker.getContainer(replica?.Id ?? '').remove({ force: true });
    await none('web');
    const before = (await (await permanent('launcher')).inspect()).State;
    await tag(web.replace('/web:', '/misbehave:'));

    // Each fills the folder's tmpfs, so nothing of the first may remain for the second.
    for (let times = 0; times < 2; times += 1) {
      expect(await page()).toBe(503);
      await none('web');
    }
    await expect.poll(leftBehind).toBe('');

    await tag(good);
    await expect.poll(page).toBe(200);
    const { Pid, StartedAt } = (await (await permanent('launcher')).inspect()).State;
    expect({ Pid, StartedAt }).toEqual({ Pid: before.Pid, StartedAt: before.StartedAt });
  });

  test('can fill a megabyte of memory at most, and nothing of the host’s disk', async () => {
    const { type, blocks, bsize } = JSON.parse(await inLauncher(`JSON.stringify(fs.statfsSync('/run/ingress'))`));
    const TMPFS = 0x01021994;
    expect(type).toBe(TMPFS);
    expect(blocks * bsize).toBeLessThanOrEqual(1024 * 1024);
  });
});
