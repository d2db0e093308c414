import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, expect, test } from 'vitest';
import { makeSecrets } from './make-secrets.ts';

const folder = mkdtempSync(`${tmpdir()}/secrets-`);
afterAll(() => rmSync(folder, { recursive: true }));
const secret = (name: string) => readFileSync(`${folder}/${name}`, 'utf8');

test('makes the secrets that are missing or empty, and keeps those that are there', () => {
  writeFileSync(`${folder}/session-secret`, '');
  writeFileSync(`${folder}/presenter-key`, 'mine');
  makeSecrets(folder);
  const made = secret('session-secret');
  expect(made).toMatch(/^[0-9a-f]{64}$/);
  expect(secret('presenter-key')).toBe('mine');

  makeSecrets(folder);
  expect(secret('session-secret')).toBe(made);
  expect(readdirSync(folder).sort()).toEqual(['presenter-key', 'session-secret']);
});

test('says which folder it can’t write', () => {
  expect(() => makeSecrets('/nowhere')).toThrow('/nowhere');
});
