import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { OtherServices } from './other-services.tsx';
import { Scene } from './scene.ts';

const services = ['hello', 'files'].map((name) => ({ name, limit: 1, service: true as const }));
const textOf = (html: string) => html.replace(/<[^>]+>/g, '');

test('services besides web are one line: each with its containers', () => {
  const scene = new Scene([]);
  const view = { id: 'a', name: 'files', state: 'waiting', inFlight: 0, served: 0, createdAt: Date.now() } as const;
  scene.change({ now: Date.now(), containers: [view], reusing: [], counters: {} as never, moments: [] });
  expect(textOf(renderToStaticMarkup(<OtherServices services={services} scene={scene} />))).toBe(
    'Services by name: hello 0, files 1',
  );
});

test('without such services there is nothing', () => {
  expect(renderToStaticMarkup(<OtherServices services={[]} scene={new Scene([])} />)).toBe('');
});
