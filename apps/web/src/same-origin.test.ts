import { describe, expect, it } from 'vitest';
import { isSameOrigin } from './same-origin.ts';

const asked = (headers: Record<string, string>) => isSameOrigin(headers);

describe('a post is ours', () => {
  it('when the browser says that it comes from the same origin', () => {
    expect(asked({ 'sec-fetch-site': 'same-origin', origin: 'http://vote', host: 'vote' })).toBe(true);
  });
  it('when a phone in the room sends an Origin alone, and it is the host that it asked', () => {
    expect(asked({ origin: 'http://192.168.1.20:8080', 'x-forwarded-host': '192.168.1.20:8080', host: 'x' })).toBe(
      true,
    );
  });
  it('when the host spells out the port that its scheme has anyway', () => {
    expect(asked({ origin: 'http://vote', host: 'vote:80' })).toBe(true);
    expect(asked({ origin: 'https://vote', host: 'vote:443' })).toBe(true);
  });
  it('when it carries neither header, because then it is no browser', () => {
    expect(asked({ host: 'vote' })).toBe(true);
  });
  it('when its origin is hidden but the browser vouches for it', () => {
    expect(asked({ 'sec-fetch-site': 'same-origin', origin: 'null', host: 'vote' })).toBe(true);
  });
});

describe('a post is not ours', () => {
  it.each(['cross-site', 'same-site', 'nonsense'])('when the browser calls it %s', (site) => {
    expect(asked({ 'sec-fetch-site': site, origin: 'http://vote', host: 'vote' })).toBe(false);
  });
  it.each(['http://evil', 'http://vote:81', 'http://vote.evil', 'http://vote@evil', 'not an origin', ''])(
    'when its Origin is "%s"',
    (origin) => {
      expect(asked({ origin, host: 'vote' })).toBe(false);
    },
  );
  it('when its origin is hidden, as that of a sandboxed frame', () => {
    expect(asked({ origin: 'null', host: 'vote' })).toBe(false);
  });
  it('when there is no Host', () => {
    expect(asked({ origin: 'http://vote' })).toBe(false);
  });
});
