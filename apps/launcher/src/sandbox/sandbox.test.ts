import path from 'node:path';
import { type FunctionEntry, readCatalog } from '@serverless-vote/catalog';
import { expect, test } from 'vitest';
import { ManualClock } from '../../test/manual-clock.ts';
import { EventBus } from '../model/event-bus.ts';
import { Sandbox, type SandboxOwner } from './sandbox.ts';

const { functions } = readCatalog(path.resolve(import.meta.dirname, '../../../../functions/catalog.json'));

test.each([
  [1, { kind: 'single-use' } as const],
  [3, { kind: 'reuse', inFlight: 3, events: 100 } as const],
])('a sandbox that may have %i events in flight asks for no more at once', (most, serving) => {
  const entry = { ...(functions['record-vote'] as FunctionEntry), serving };
  const parts = { bus: new EventBus(), clock: new ManualClock(), engine: {} as never, openEndpoint: {} as never };
  const sandbox = new Sandbox('record-vote', entry, {} as SandboxOwner, parts);
  const poll = () => sandbox.poll({ deliver: () => undefined, dismiss: () => undefined });
  expect(Array.from({ length: most + 2 }, poll)).toEqual([...Array(most).fill('open'), 'refused', 'refused']);
});
