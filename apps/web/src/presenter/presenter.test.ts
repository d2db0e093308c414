import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const key = 'k'.repeat(64);
const complete = {
  LISTEN_ADDRESS: '/run/web/web.sock',
  CONTROL_ADDRESS: '/run/control/control.sock',
  SESSION_SECRET: 's'.repeat(43),
  STACK_ID: 'stack',
};

/** The module in a process with this environment. */
async function presenterWith(PRESENTER_KEY: string) {
  vi.resetModules();
  for (const [name, value] of Object.entries({ ...complete, PRESENTER_KEY })) vi.stubEnv(name, value);
  return import('./presenter.ts');
}

const cookieOf = (header: string) => /^presenter-stack=([^;]+); /.exec(header)?.[1];

beforeEach(() => vi.unstubAllEnvs());
afterEach(() => vi.unstubAllEnvs());

describe('the presenter', () => {
  it('is known by the key, and then by a cookie that scripts cannot read', async () => {
    const { isPresentersKey, isPresenter, setPresenter } = await presenterWith(key);
    expect(isPresentersKey(key)).toBe(true);
    expect(setPresenter()).toMatch(/HttpOnly; SameSite=Lax$/);
    expect(isPresenter(cookieOf(setPresenter()))).toBe(true);
  });

  it('is rejected with another key, or an invalid cookie', async () => {
    const { isPresentersKey, isPresenter } = await presenterWith(key);
    for (const wrong of ['', 'k', `${key}k`, key.toUpperCase()]) expect(isPresentersKey(wrong)).toBe(false);
    for (const forged of [undefined, '', 'presenter', 'presenter.AAAA', key]) expect(isPresenter(forged)).toBe(false);
  });

  it('is rejected after the key has changed', async () => {
    const cookie = cookieOf((await presenterWith(key)).setPresenter());
    const { isPresenter } = await presenterWith('n'.repeat(64));
    expect(isPresenter(cookie)).toBe(false);
  });

  it('does not exist where there is no key', async () => {
    const { isPresentersKey, isPresenter, setPresenter } = await presenterWith('');
    expect(isPresentersKey('')).toBe(false);
    expect(isPresenter(cookieOf(setPresenter()))).toBe(false);
  });
});
