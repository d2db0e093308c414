import type { Counters } from '@serverless-vote/contracts/activity';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { Aside } from './aside.tsx';
import { Scene } from './scene.ts';

const services = ['hello', 'files'].map((name) => ({ name, limit: 1, aside: 'service' as const }));
const textsOf = (html: string) =>
  html
    .split('</p>')
    .map((line) => line.replace(/<[^>]+>/g, ''))
    .filter(Boolean);
const changes = (counters: object, ...containers: object[]) =>
  ({ now: Date.now(), containers, reusing: [], counters: counters as Counters, moments: [] }) as never;

test('services besides web are one line: each with its containers', () => {
  const scene = new Scene([]);
  scene.change(
    changes({}, { id: 'a', name: 'files', state: 'waiting', inFlight: 0, served: 0, createdAt: Date.now() }),
  );
  expect(textsOf(renderToStaticMarkup(<Aside parts={services} scene={scene} />))).toEqual([
    'Services by name: hello 0, files 1',
  ]);
});

test('calls between functions are one line: each with their number, and the latest ones stand out for a moment', () => {
  const scene = new Scene([]);
  const parts = [
    { name: 'record-vote', limit: 6 },
    { name: 'report', limit: 1, aside: 'function' as const, calls: ['fetch-results', 'greet'] },
  ];
  const html = () => renderToStaticMarkup(<Aside parts={parts} scene={scene} />);
  expect(textsOf(html())).toEqual(['Calls between functions: report → fetch-results 0, report → greet 0']);
  scene.change(changes({ calls: { report: { 'fetch-results': 2 } } }));
  expect(textsOf(html())).toEqual(['Calls between functions: report → fetch-results 2, report → greet 0']);
  expect([scene.isCalling('report', 'fetch-results'), scene.isCalling('report', 'greet')]).toEqual([true, false]);
  expect(html().match(/data-flows/g)).toHaveLength(1);
});

test('without such services and functions there is nothing', () => {
  const parts = [{ name: 'web', limit: 3 }];
  expect(renderToStaticMarkup(<Aside parts={parts} scene={new Scene([])} />)).toBe('');
});
