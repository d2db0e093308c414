import { expect, test } from 'vitest';
import { EventBus } from '../model/event-bus.ts';
import { FunctionLogs } from './function-logs.ts';

const says = (name: string, text: string) =>
  ({ type: 'output', name, containerId: 'c', requestId: 'r', traceId: 't', text }) as const;

test('keeps the last 200 lines of each function, apart from those of others', () => {
  const bus = new EventBus();
  const logs = new FunctionLogs(bus);
  for (let line = 1; line <= 300; line += 1) bus.publish(says('greet', `line ${line}`));
  bus.publish(says('other', 'only one'));
  expect(logs.tail('greet', 1000)).toHaveLength(200);
  expect(logs.tail('greet', 2).map(({ text }) => text)).toEqual(['line 299', 'line 300']);
  expect(logs.tail('other', 1000).map(({ text }) => text)).toEqual(['only one']);
  expect(logs.tail('greet', 0)).toEqual([]);
});

test('keeps 64 KB of a function that writes long lines', () => {
  const bus = new EventBus();
  const logs = new FunctionLogs(bus);
  for (let line = 0; line < 100; line += 1) bus.publish(says('greet', 'x'.repeat(8192)));
  expect(logs.tail('greet', 1000)).toHaveLength(8);
});
