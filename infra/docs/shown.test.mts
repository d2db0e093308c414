import { describe, expect, test } from 'vitest';
import { differenceOf, isAsShown } from './shown.mts';

describe('an output matches what the lab shows even if', () => {
  test.each([
    ['the container differs', 'X-Container-Id: 9f3c1d2e4b5a', 'X-Container-Id: 0b7e6d5c4a3f'],
    ['the request differs', '"350045ec-3bfd-4fcb-878f-c0c41ac58c76"', '"ab4bf5d6-28c1-47cd-8cf4-422e2f2f55f8"'],
    ['it is later', 'at 2026-11-21T11:09:58.046Z', 'at 2027-01-02T03:04:05.678Z'],
    ['it is later, in the format of fn', '2026-11-21 14:04:03  InvalidEvent', '2027-01-02 03:04:05  InvalidEvent'],
    ['it takes longer', 'queue;dur=0.12, run;dur=3 — 1.9 s', 'queue;dur=14, run;dur=70.21 — 12 s'],
    ['the machine has more memory', '31.57MiB / 512MiB', '8MiB / 1024MiB'],
    ['columns are wider', 'a b\nc', '  a     b  \n\n c\n'],
    ['the number is approximate', '~95 warm', '    7 warm'],
    ['part of the line was left out', '"phases":{…}}', '"phases":{"queueMs":0.12,"runMs":2.74}}'],
    ['lines were left out', '…\nlast', 'first\nsecond\nlast'],
    ['there was nothing to leave out', '…\nlast', 'last'],
  ])('%s', (_what, shown, printed) => {
    expect(isAsShown(shown, printed)).toBe(true);
  });
});

describe('an output does not match what the lab shows if', () => {
  test.each([
    ['a number differs', '"total": 1000,', '"total": 999,'],
    ['a word differs', 'X-Start-Kind: prewarmed', 'X-Start-Kind: cold'],
    ['a line is missing', 'create\nstart\ndie', 'create\ndie'],
    ['a line is added', '0', '0\n1'],
    ['it is empty', '200', ''],
    ['a container ID is missing', 'X-Container-Id: 9f3c1d2e4b5a', 'X-Container-Id: none'],
    ['special characters of patterns are literal', 'exit (0)', 'exit 0'],
    ['only the part left out is there', '…\nlast', 'first'],
  ])('%s', (_what, shown, printed) => {
    expect(isAsShown(shown, printed)).toBe(false);
    expect(differenceOf(shown, printed)).toContain(printed);
  });
});
