import { describe, expect, it } from 'vitest';
import { publicAddress, spoken } from './public-address.ts';

describe('the address for the room', () => {
  it('is the setting, if there is one', () => {
    expect(publicAddress('http://192.168.1.20:8080', 'localhost:8080')).toBe('http://192.168.1.20:8080/');
    expect(publicAddress('https://vote.example', null)).toBe('https://vote.example/');
  });
  it('is the request’s host name otherwise', () => {
    expect(publicAddress('', '192.168.1.20:8080')).toBe('http://192.168.1.20:8080/');
    expect(publicAddress('http://localhost:8080', 'demo.lan')).toBe('http://demo.lan/');
  });
  it.each(['localhost:8080', 'vote.localhost', '127.0.0.1:8080', '127.1.2.3', '[::1]:8080', '0.0.0.0', 'a b', ''])(
    'is unknown when only this machine can come that way: %s',
    (host) => {
      expect(publicAddress('', host)).toBeUndefined();
    },
  );
  it('is shown without what browsers add', () => {
    expect(spoken('http://192.168.1.20:8080/')).toBe('192.168.1.20:8080');
    expect(spoken('https://vote.example/')).toBe('https://vote.example');
  });
});
