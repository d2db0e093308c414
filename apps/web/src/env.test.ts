import { describe, expect, it } from 'vitest';
import { parseEnvironment } from './env.ts';

const complete = {
  LISTEN_ADDRESS: '/run/web/web.sock',
  CONTROL_ADDRESS: '/run/control/control.sock',
  SESSION_SECRET: 's'.repeat(43),
  STACK_ID: 'serverless-vote',
};

describe('the environment', () => {
  it('is read into what the pages need', () => {
    const PARTS = [{ name: 'web', limit: 3 }];
    const more = { PUBLIC_URL: 'http://10.0.0.7:8080', PARTS: JSON.stringify(PARTS), LIVE: '0', PRESENTER_KEY: 'k' };
    const parsed = {
      ...complete,
      ...more,
      SESSION_SECRET: ['s'.repeat(43)],
      PARTS,
      LIVE: false,
      CONTROL_TOKEN: '',
    };
    expect(parseEnvironment({ ...complete, ...more })).toEqual(parsed);
  });
  it('needs no public address and no parts, and is live unless told otherwise', () => {
    expect(parseEnvironment(complete)).toMatchObject({ PUBLIC_URL: '', PARTS: [], LIVE: true });
  });
  it('may hold several secrets, a line each', () => {
    const [a, b] = ['a'.repeat(32), 'b'.repeat(32)];
    expect(parseEnvironment({ ...complete, SESSION_SECRET: `${a}\n${b}\n` }).SESSION_SECRET).toEqual([a, b]);
  });
  it('is refused with everything that is wrong with it', () => {
    const problems = () => parseEnvironment({ ...complete, PARTS: '{', SESSION_SECRET: 'short', STACK_ID: undefined });
    expect(problems).toThrow(/PARTS: is not JSON/);
    expect(problems).toThrow(/SESSION_SECRET.*fewer than 32/);
    expect(problems).toThrow(/STACK_ID: is missing/);
  });
});
