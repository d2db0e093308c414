import { describe, expect, it, vi } from 'vitest';
import { attend } from './attend.ts';
import type { Receipt } from './receipt.ts';
import { newVoter, receiptFrom, setReceipt, setVoter, voterFrom } from './voter.ts';

const secrets = vi.hoisted(() => ({ current: ['s'.repeat(32)] }));
vi.mock('./env.ts', () => ({ env: () => ({ STACK_ID: 'demo', SESSION_SECRET: secrets.current }) }));

const receipt: Receipt = {
  choice: 'cats',
  poll: 'cats-or-dogs',
  recordedAt: '2026-01-01T00:00:00.000Z',
  requestId: '1',
  containerId: 'a1b2c3d4e5f6',
  startKind: 'cold',
  durationMs: 6,
  phases: { runMs: 5 },
};
const cookieIn = (header: string) => header.slice(header.indexOf('=') + 1, header.indexOf(';'));

describe('the voter cookie', () => {
  it('brings back the voter whom it was set for', () => {
    const voter = newVoter();
    expect(voterFrom(cookieIn(setVoter(voter)))).toBe(voter);
  });
  it('carries the name of the stack, because cookies ignore ports', () => {
    expect(setVoter(newVoter())).toMatch(/^voter-demo=/);
  });
  it('is out of reach for scripts and other sites, and survives plain http', () => {
    expect(setVoter(newVoter())).toMatch(/; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
  });
  it.each([undefined, '', 'x', '00000000-0000-4000-8000-000000000000', '00000000-0000-4000-8000-000000000000.AAAA'])(
    'names nobody when it is %s',
    (value) => {
      expect(voterFrom(value)).toBeUndefined();
    },
  );
});

describe('the receipt cookie', () => {
  it('contains the voter’s last receipt', () => {
    const voter = newVoter();
    expect(receiptFrom(cookieIn(setReceipt(receipt, voter)), voter)).toEqual(receipt);
  });
  it('is ignored for another voter, or without one', () => {
    const value = cookieIn(setReceipt(receipt, newVoter()));
    expect(receiptFrom(value, newVoter())).toBeUndefined();
    expect(receiptFrom(value, undefined)).toBeUndefined();
  });
  it("doesn't contain the voter", () => {
    const voter = newVoter();
    const [json = ''] = cookieIn(setReceipt(receipt, voter)).split('.');
    expect(Buffer.from(json, 'base64url').toString()).not.toContain(voter);
  });
});

it.each(['/', '/voting?again'])('a newcomer is somebody from %s on, before the first vote', (url) => {
  const headers = new Map<string, string>();
  attend({ url, headers: {} } as never, { setHeader: headers.set.bind(headers) } as never);
  expect(voterFrom(cookieIn(headers.get('set-cookie') ?? ''))).toMatch(/^[0-9a-f-]{36}$/);
});

describe('when the secret is replaced', () => {
  const answerTo = (cookie: string) => {
    const headers = new Map<string, string>();
    const request = { url: '/', headers: { cookie: `voter-demo=${cookie}` } };
    attend(request as never, { setHeader: headers.set.bind(headers) } as never);
    return headers.get('set-cookie');
  };

  it('a voter is recognized by the old one, gets a cookie signed with the new one, and stays the same voter without the old one', () => {
    const voter = newVoter();
    const old = cookieIn(setVoter(voter));
    expect(answerTo(old)).toBeUndefined();
    secrets.current = ['n'.repeat(32), 's'.repeat(32)];
    const fresh = cookieIn(answerTo(old) ?? '');
    expect(fresh).not.toBe(old);
    secrets.current = ['n'.repeat(32)];
    expect(voterFrom(fresh)).toBe(voter);
    expect(voterFrom(old)).toBeUndefined();
    secrets.current = ['s'.repeat(32)];
  });
});
