import type { APIRequestContext, APIResponse } from '@playwright/test';
import { LivePage, ResultsPage, VotePage, visit } from '../pages.ts';
import { expect, test } from '../poll.ts';
import { results } from '../stack.ts';

const json = { accept: 'application/json' };
/** The statuses of a system that is busy or starting. */
const LATER = [429, 502, 503, 504];

/** Posts to the vote route, with retries while it is throttled. */
async function post(
  request: APIRequestContext,
  options: Parameters<APIRequestContext['post']>[1],
): Promise<APIResponse> {
  let response: APIResponse | undefined;
  const status = async () => {
    response = await request.post('/vote', options);
    return response.status();
  };
  await expect
    .poll(async () => LATER.includes(await status()), { message: 'told to come later', timeout: 240_000 })
    .toBe(false);
  return response as APIResponse;
}

test('the vote route answers a form with a redirect, and a script with the receipt', async ({ poll, request }) => {
  const form = { choice: poll.first.id };
  const page = await post(request, { form, maxRedirects: 0 });
  expect(page.status()).toBe(303);
  expect(page.headers().location).toBe('/');
  const script = await post(request, { form, headers: json });
  expect(script.status()).toBe(200);
  expect(await script.json()).toEqual({
    choice: poll.first.id,
    recordedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    requestId: expect.any(String),
    containerId: expect.stringMatching(/^[\da-f]{12}$/),
    startKind: expect.stringMatching(/^(cold|prewarmed|warm)$/),
    durationMs: expect.any(Number),
    phases: expect.objectContaining({ runMs: expect.any(Number) }),
  });
});

test('a post from another site is refused', async ({ poll, request }) => {
  const form = { choice: poll.first.id };
  for (const headers of [{ origin: 'http://evil.test' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]) {
    const response = await post(request, { form, headers: { ...json, ...headers } });
    expect(response.status(), JSON.stringify(headers)).toBe(403);
  }
  expect(await results()).toMatchObject({ total: poll.before.total });
});

test('what is no vote gets a clear 4xx, and the next vote works', async ({ poll, request }) => {
  const bad = [
    [400, { form: { choice: 'no-such-option' } }],
    [400, { form: {} }],
    [400, { form: { choice: '\0' } }],
    [400, { data: '{', headers: { 'content-type': 'application/json' } }],
    [415, { data: 'choice=x', headers: { 'content-type': 'text/plain' } }],
    [413, { form: { choice: 'x'.repeat(20_000) } }],
  ] as const;
  for (const [status, body] of bad) {
    const response = await post(request, {
      ...body,
      headers: { ...json, ...('headers' in body && body.headers) },
    });
    expect(response.status(), JSON.stringify(body).slice(0, 80)).toBe(status);
    expect(await response.json()).toEqual({ error: { type: expect.any(String), message: expect.any(String) } });
  }
  expect((await post(request, { form: { choice: poll.first.id }, headers: json })).status()).toBe(200);
});

test('a cookie with an invalid signature is ignored', async ({ poll, request }) => {
  const cookies = (await request.get('/')).headers()['set-cookie'] ?? '';
  const name = /^voter-[^=]+/.exec(cookies)?.[0];
  const forged = `${name}=00000000-0000-4000-8000-000000000000.AAAA`;
  const response = await post(request, {
    form: { choice: poll.first.id },
    headers: { ...json, cookie: forged },
  });
  expect(response.status()).toBe(200);
  expect(response.headers()['set-cookie']).toContain(`${name}=`);
  expect(response.headers()['set-cookie']).not.toContain('00000000-0000-4000');
});

test('pages come with a strict policy, and work under it', async ({ page }) => {
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).host));
  const alive = {
    '/': () => new VotePage(page).comesAlive(),
    '/results': () => expect(new ResultsPage(page).total).toHaveText(/\d/),
    '/present': () => expect(page.getByRole('heading', { name: 'For the presenter' })).toBeVisible(),
    '/live': () => expect(new LivePage(page).counter('invocations')).toHaveText(/\d/),
  };
  for (const [path, isAlive] of Object.entries(alive)) {
    const response = await visit(page, path);
    const headers = response?.headers() ?? {};
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('same-origin');
    expect(headers).not.toHaveProperty('x-powered-by');
    await isAlive();
  }
  expect(complaints).toEqual([]);
  expect(new Set(asked)).toEqual(new Set([new URL(page.url()).host]));
});
