import { expect, test } from 'vitest';
import { isSameSecret } from './secret.ts';

test.each([
  ['secret', 'secret', true],
  ['secret', 'secreT', false],
  ['secret', 'secre', false],
  ['secret', undefined, false],
  ['sécret', 'sécret', true],
  ['', '', false],
  [undefined, undefined, false],
])('the secret "%s", given "%s": %s', (secret, given, isSame) => expect(isSameSecret(secret, given)).toBe(isSame));
