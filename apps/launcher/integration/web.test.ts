import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { baseUrl, containers, docker, send, visit } from './stack.ts';

const replicas = async () => (await containers('web')).length;
const none = () => expect.poll(replicas, { interval: 250 }).toBe(0);

describe('web', () => {
  test('is started once for all waiting requests, and each gets the page', async () => {
    await none();
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => send(baseUrl, '/', { headers: { accept: '*/*' } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 200));
    expect(await replicas()).toBe(1);
  });

  test('goes from none to several and back to none under load, and answers every request', async () => {
    await none();
    let most = 0;
    let open = true;
    const counting = (async () => {
      while (open) {
        most = Math.max(most, await replicas());
        await delay(100);
      }
    })();
    const failures: unknown[] = [];
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        // Some read, some vote; a vote needs no cookie to count.
        const request = i % 5 === 0 ? { method: 'POST', body: 'choice=cats' } : {};
        const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
        // Until there is a second replica, and once more.
        for (let isLast = false; !isLast; ) {
          isLast = most > 1;
          const { status, text } = await send(baseUrl, i % 5 === 0 ? '/vote' : '/', { ...request, headers });
          // Web answered that a busy machine ran no function in time. The page would retry, too.
          if (text.includes('"VotingPaused"')) isLast = false;
          else if (status !== 200) failures.push({ ...request, status, text });
        }
      }),
    );
    open = false;
    await counting;
    expect(failures).toEqual([]);
    await none();
  });

  test('goes on when a visitor asks for a redirect that does not fit into the headers of an answer', async () => {
    const ids = async () => {
      await visit('/');
      return (await containers('web')).map(({ Id }) => Id).join();
    };
    const asked = async () => {
      const before = await ids();
      const { status } = await send(baseUrl, `/${'a/'.repeat(7_000)}`, { headers: { accept: '*/*' } });
      return { status, isSame: (await ids()) === before };
    };
    // On a busy machine web may have left for want of requests.
    await expect.poll(asked).toEqual({ status: 503, isSame: true });
  });

  test.each(['/', '/results', '/live', '/nowhere'])('allows no scripts but its own in %s', async (path) => {
    const nonces = new Set<string>();
    for (let i = 0; i < 2; i += 1) {
      const { headers, text } = await visit(path);
      const policy = headers['content-security-policy'] ?? '';
      const nonce = /script-src 'nonce-([^']+)' 'strict-dynamic';/.exec(policy)?.[1] ?? 'none';
      nonces.add(nonce);
      expect(policy).toMatch(/^default-src 'none';.*form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/);
      expect(policy).not.toMatch(/unsafe|\*|https?:|data:/);
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin' });
      const scripts = text.match(/<script\b[^>]*>/g) ?? [];
      expect(scripts.length).toBeGreaterThan(0);
      for (const script of scripts) expect(script).toContain(`nonce="${nonce}"`);
      expect(text).not.toMatch(/<[^>]+\son\w+=|javascript:/);
    }
    expect(nonces.size).toBe(2);
  });

  test('can’t replace the socket that the launcher connects to', async () => {
    await visit('/');
    const [web] = await containers('web');
    const exec = await docker.getContainer(web?.Id ?? '').exec({ Cmd: ['node', '-e', ATTACK], AttachStdout: true });
    const output: Buffer[] = [];
    for await (const chunk of await exec.start({})) output.push(chunk as Buffer);
    expect(Buffer.concat(output).toString()).toMatch(/web\.sock\s*$/);
    expect(Buffer.concat(output).toString()).not.toMatch(/filler|x\n/);
    expect((await visit('/')).status).toBe(200);
    expect((await visit('/version')).text).not.toContain('ApiVersion');
  });
});

/** Tries to replace web's socket by a link to the Docker socket, and prints the result. */
const ATTACK = `
const fs = require('node:fs');
process.chdir('/run/web');
const deeds = [
  () => fs.renameSync('web.sock', 'x'),
  () => fs.rmSync('web.sock'),
  () => fs.symlinkSync('/var/run/docker.sock', 'web.sock'),
  () => fs.writeFileSync('filler', ''),
];
for (const deed of deeds) try { deed(); } catch {}
console.log(fs.readdirSync('.').join('\\n'));`;
