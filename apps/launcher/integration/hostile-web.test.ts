import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
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
  const stateOfLauncher = async () => {
    const { Pid, StartedAt } = (await (await permanent('launcher')).inspect()).State;
    return { Pid, StartedAt };
  };
  beforeAll(async () => {
    expect(await page()).toBe(200);
    const [replica] = await containers('web');
    web = replica?.Image ?? '';
    good = replica?.ImageID ?? '';
  });
  afterAll(async () => {
    if (good) await tag(good);
  });
  /** Ends the good replicas, and has the image started from then on. */
  const replaceWeb = async (image: string) => {
    for (const { Id } of await containers('web')) await docker.getContainer(Id).remove({ force: true });
    await none('web');
    await tag(image);
  };

  test('that leaves files which root without capabilities can’t remove is refused, stops nothing, and leaves nothing', async () => {
    const before = await stateOfLauncher();
    await replaceWeb(web.replace('/web:', '/misbehave:'));

    // Each fills the folder's tmpfs, so nothing of the first may remain for the second.
    for (let times = 0; times < 2; times += 1) {
      expect(await page()).toBe(503);
      await none('web');
    }
    await expect.poll(leftBehind).toBe('');

    await tag(good);
    await expect.poll(page).toBe(200);
    expect(await stateOfLauncher()).toEqual(before);
  });

  test('that answers with what is no answer stops nothing, and keeps nobody waiting', async () => {
    const before = await stateOfLauncher();
    const made = await docker.createContainer({ Image: web.replace('/web:', '/misbehave:'), Cmd: ['answer'] });
    const { Id: hostile } = await made.commit({});
    onTestFinished(async () => {
      await made.remove();
      await docker.getImage(hostile).remove();
    });
    await replaceWeb(hostile);

    const answerTo = async (path: string) => {
      const { status, text } = await send(baseUrl, path, { headers: { accept: '*/*' } });
      return [path, status, status === 200 ? text : ''];
    };
    const paths = [
      '/trailer',
      '/switch',
      '/announce',
      '/status',
      '/twice',
      '/empty-lines',
      '/announce-nonsense',
      '/announce-switch',
    ];
    expect(await Promise.all(paths.map(answerTo))).toEqual([
      ['/trailer', 200, 'ok'],
      ['/switch', 503, ''],
      ['/announce', 503, ''],
      ['/status', 502, ''],
      ['/twice', 200, 'ok'],
      ['/empty-lines', 503, ''],
      ['/announce-nonsense', 503, ''],
      ['/announce-switch', 503, ''],
    ]);

    await replaceWeb(good);
    await expect.poll(page).toBe(200);
    expect(await stateOfLauncher()).toEqual(before);
  });

  test('can fill a megabyte of memory at most, and nothing of the host’s disk', async () => {
    const { type, blocks, bsize } = JSON.parse(await inLauncher(`JSON.stringify(fs.statfsSync('/run/ingress'))`));
    const TMPFS = 0x01021994;
    expect(type).toBe(TMPFS);
    expect(blocks * bsize).toBeLessThanOrEqual(1024 * 1024);
  });
});
