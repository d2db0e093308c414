import { describe, expect, it } from 'vitest';
import { sign, unsign } from './signed.ts';

const [old, current] = ['an old secret of 32 characters ..', 'the new secret of 32 characters .'];

describe('a signed value', () => {
  it('is verified with the secret', () => {
    expect(unsign(sign('ada', 'voter', [current]), 'voter', [current])).toBe('ada');
  });
  it('may contain dots', () => {
    expect(unsign(sign('a.d.a', 'voter', [current]), 'voter', [current])).toBe('a.d.a');
  });
  it('stays valid while its secret is being rotated, and no longer', () => {
    const signed = sign('ada', 'voter', [old]);
    expect(unsign(signed, 'voter', [current, old])).toBe('ada');
    expect(unsign(signed, 'voter', [current])).toBeUndefined();
  });
  it('is signed with the first secret', () => {
    expect(sign('ada', 'voter', [current, old])).toBe(sign('ada', 'voter', [current]));
  });
  it('is invalid for another purpose', () => {
    expect(unsign(sign('ada', 'voter', [current]), 'receipt', [current])).toBeUndefined();
  });
  it('is invalid once a character has changed', () => {
    const signed = sign('ada', 'voter', [current]);
    expect(unsign(signed.replace('ada', 'adb'), 'voter', [current])).toBeUndefined();
    expect(
      unsign(
        signed.replace(/\.(.)/, (_, first) => `.${first === 'A' ? 'B' : 'A'}`),
        'voter',
        [current],
      ),
    ).toBeUndefined();
  });
  it.each(['', '.', 'ada', 'ada.', '.ada', 'ada.é', 'ada.AAAA'])('is not "%s"', (value) => {
    expect(unsign(value, 'voter', [current])).toBeUndefined();
  });
});
