import { describe, expect, test } from 'vitest';
import { differenceOf, isAsShown } from './shown.mts';

describe('what a lab shows is what was printed, though', () => {
  test.each([
    ['the container is another', 'X-Container-Id: 9f3c1d2e4b5a', 'X-Container-Id: 0b7e6d5c4a3f'],
    ['the request is another', '"350045ec-3bfd-4fcb-878f-c0c41ac58c76"', '"ab4bf5d6-28c1-47cd-8cf4-422e2f2f55f8"'],
    ['it is later', 'at 2026-11-21T11:09:58.046Z', 'at 2027-01-02T03:04:05.678Z'],
    ['it is later, as fn says it', '2026-11-21 14:04:03  InvalidEvent', '2027-01-02 03:04:05  InvalidEvent'],
    ['it takes longer', 'queue;dur=0.12, run;dur=3 — 1.9 s', 'queue;dur=14, run;dur=70.21 — 12 s'],
    ['the machine has more memory', '31.57MiB / 512MiB', '8MiB / 1024MiB'],
    ['columns are wider', 'a b\nc', '  a     b  \n\n c\n'],
    ['the number is about that', '~95 warm', '    7 warm'],
    ['part of the line was left out', '"phases":{…}}', '"phases":{"queueMs":0.12,"runMs":2.74}}'],
    ['lines were left out', '…\nlast', 'first\nsecond\nlast'],
    ['none was there to be left out', '…\nlast', 'last'],
  ])('%s', (_what, shown, printed) => {
    expect(isAsShown(shown, printed)).toBe(true);
  });
});

describe('what a lab shows is not what was printed when', () => {
  test.each([
    ['a number is another', '"total": 1000,', '"total": 999,'],
    ['a word is another', 'X-Start-Kind: prewarmed', 'X-Start-Kind: cold'],
    ['a line is missing', 'create\nstart\ndie', 'create\ndie'],
    ['there is one more', '0', '0\n1'],
    ['there is nothing', '200', ''],
    ['a container is no container', 'X-Container-Id: 9f3c1d2e4b5a', 'X-Container-Id: none'],
    ['signs of patterns are meant as they are', 'exit (0)', 'exit 0'],
    ['only what was left out is there', '…\nlast', 'first'],
  ])('%s', (_what, shown, printed) => {
    expect(isAsShown(shown, printed)).toBe(false);
    expect(differenceOf(shown, printed)).toContain(printed);
  });
});
