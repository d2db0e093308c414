import { expect, test } from 'vitest';
import { controlUrl } from './config.ts';
import { wordsOf } from './invoke.ts';
import { printable, table } from './print.ts';

test('a function’s error is a sentence, whatever it has sent', () => {
  expect(wordsOf('{"errorType":"TypeError","errorMessage":"as told"}')).toBe('TypeError: as told');
  expect(wordsOf('"just a text"')).toBe('"just a text"');
  expect(wordsOf('null')).toBe('null');
  expect(wordsOf('no JSON')).toBe('no JSON');
});

test('a function’s output sends no control characters to a terminal', () => {
  expect(printable('\u001b[2Jgone\u0007\ttab \u202ededrawkcab')).toBe('�[2Jgone�\ttab �dedrawkcab');
});

test('columns are as wide as they need', () => {
  expect(
    table(
      ['A', 'B'],
      [
        ['long one', 1],
        ['x', null],
      ],
    ),
  ).toBe('A         B\nlong one  1\nx');
});

test('the control API’s address is the option, else the environment’s, else port 9000', () => {
  expect(controlUrl('http://a:1', { CONTROL_URL: 'http://b:2' }).href).toBe('http://a:1/');
  expect(controlUrl(undefined, { CONTROL_URL: 'http://b:2', CONTROL_PORT: '3' }).href).toBe('http://b:2/');
  expect(controlUrl(undefined, { CONTROL_PORT: '3' }).href).toBe('http://127.0.0.1:3/');
  expect(controlUrl(undefined, {}).href).toBe('http://127.0.0.1:9000/');
  expect(() => controlUrl('9000', {})).toThrow(/not a URL of the control API/);
});
