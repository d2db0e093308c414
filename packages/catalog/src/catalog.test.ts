import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { aloneOf, checkForSwarm, findFunction, imageOf, NotInCatalog, parseCatalog, partsOf } from './catalog.ts';

const json = readFileSync(new URL('../../../functions/catalog.json', import.meta.url), 'utf8');

const catalog = parseCatalog(json);

describe('the catalog as the allow-list', () => {
  test.each([
    'record-vote',
    'function:record-vote',
    'record-vote:$LATEST',
    '000000000000:function:record-vote',
    'arn:aws:lambda:local:000000000000:function:record-vote',
    'arn:aws:lambda:eu-west-1:123456789012:function:record-vote:$LATEST',
  ])('finds a function as %s', (requested) => {
    expect(findFunction(catalog, requested).name).toBe('record-vote');
  });

  test.each([
    'nobody',
    'Record-Vote',
    '../record-vote',
    'serverless-vote/record-vote',
    'record-vote:latest',
    'toString',
    '__proto__',
    'constructor',
    '',
    'a'.repeat(10_000),
    'record-vote\0',
    'record-vote\n',
  ])('has no %j', (requested) => {
    expect(() => findFunction(catalog, requested)).toThrow(NotInCatalog);
  });

  test('knows no version but $LATEST', () => {
    expect(() => findFunction(catalog, 'record-vote', '7')).toThrow('Function not found: "record-vote:7".');
    expect(findFunction(catalog, 'record-vote', '$LATEST').name).toBe('record-vote');
  });
});

describe('reading the catalog', () => {
  test.each([
    ['{\n "a": stdio,\n "b": 2 }', "Unexpected token 's', .* \\(line 2\\)$"],
    ['{\n "a": [1,\n 2,]}', "Unexpected token ']', .* \\(line 3\\)$"],
    ['<<<<<<< HEAD\n{', "Unexpected token '<', .* \\(line 1\\)$"],
    ['{\n "a": 1\n "b": 2}', "Expected ',' .* \\(line 3 column 2\\)$"],
    ['{\n "a": {\n', "Expected property name or '}' .* \\(line 3 column 1\\)$"],
    ['', 'Unexpected end of JSON input \\(line 1\\)$'],
  ])('names the line of what is no JSON: %j', (text, why) => {
    expect(() => parseCatalog(text)).toThrow(new RegExp(`^Invalid catalog:\nit is not JSON: ${why}`));
  });

  const change = (edit: (catalog: Record<string, Record<string, Record<string, unknown>>>) => void): string => {
    const changed = JSON.parse(json);
    edit(changed);
    return JSON.stringify(changed);
  };

  const changeVote = (changes: object) =>
    change(({ functions }) => {
      Object.assign(functions?.['record-vote'] ?? {}, changes);
    });
  const stdio = { protocol: 'stdio', serving: { kind: 'single-use' } };

  test('takes an image with a tag as it is, and gives one without the stack’s registry and tag', () => {
    const { functions } = parseCatalog(
      changeVote({ ...stdio, image: 'python:3.14-slim', command: ['python3', '-c', ''] }),
    );
    const two = [functions['record-vote'], functions['fetch-results']];
    expect(two.map((entry) => imageOf(entry ?? { image: '' }, { prefix: 'registry:5000/', tag: 'test' }))).toEqual([
      'python:3.14-slim',
      'registry:5000/serverless-vote/fetch-results:test',
    ]);
    expect(imageOf(functions['fetch-results'] ?? { image: '' }, { prefix: '', tag: 'test' })).toBe(
      'serverless-vote/fetch-results:test',
    );
  });

  test.each([
    ...[
      'localhost:5000/hello:1',
      'registry.example.org:5000/team/hello:1.2',
      'ghcr.io/team/hello:1',
      '127.0.0.1:5000/a__b--c:1',
    ],
    ...[`python@sha256:${'0a'.repeat(32)}`, `registry:5000/team/hello:1@sha256:${'0a'.repeat(32)}`],
  ])('takes %s as it is', (image) => {
    const { functions } = parseCatalog(changeVote({ image }));
    expect(Object.values(functions).map((entry) => imageOf(entry, { prefix: 'registry:5000/', tag: 'test' }))[0]).toBe(
      image,
    );
  });

  test.each([
    ['reuse over stdio, whose input ends', { protocol: 'stdio' }, 'so "stdio" needs {"kind": "single-use"}'],
    ['a command for one of our own runtime', { command: ['sh'] }, '"runtime-api" functions take none'],
    ['calls from a function that has no socket', { ...stdio, mayInvoke: ['fetch-results'] }, 'has no socket for calls'],
    ['calls of an unknown function', { mayInvoke: ['nobody'] }, '"nobody" is named but isn\'t a function'],
    ['an unknown protocol', { protocol: 'carrier-pigeon' }, '["record-vote"].protocol'],
    ['an empty command', { ...stdio, command: [] }, '["record-vote"].command'],
    ['a tag that is none', { image: 'python:-' }, '["record-vote"].image'],
    ['a digest that is none', { image: 'python@sha256:0a' }, '["record-vote"].image'],
    ['a registry’s port that is none', { image: 'localhost:x/python:1' }, '["record-vote"].image'],
    ['upper case in a path', { image: 'registry:5000/Python:1' }, '["record-vote"].image'],
    ['an option in the place of an image', { image: '--privileged' }, '["record-vote"].image'],
    ['a registry’s image by its path alone', { image: 'registry:5000/python' }, 'needs a tag or a digest'],
    ['a public registry’s, too', { image: 'ghcr.io/team/python' }, 'needs a tag or a digest'],
  ])('refuses %s', (_what, changes, message) => {
    expect(() => parseCatalog(changeVote(changes))).toThrow(message);
  });

  test('with a function over stdio is refused on a Swarm: the message says which, and why', () => {
    expect(() => checkForSwarm(catalog)).not.toThrow();
    const forLambda = changeVote({ ...stdio, protocol: 'runtime-api-tcp', database: false });
    expect(() => checkForSwarm(parseCatalog(forLambda))).not.toThrow();
    expect(() => checkForSwarm(parseCatalog(changeVote(stdio)))).toThrow(
      'on a Swarm:\n  record-vote: its protocol is "stdio", but a task of a Swarm has no standard input',
    );
  });

  test('with a function made for Lambda that needs the database is refused on a Swarm, where it has a network without it', () => {
    const withDatabase = parseCatalog(changeVote({ protocol: 'runtime-api-tcp', database: true }));
    expect(() => checkForSwarm(withDatabase)).toThrow('record-vote: its network');
  });

  test('refuses root as a user', () => {
    const root = change(({ functions }) => {
      if (functions?.['record-vote']) functions['record-vote'].user = 0;
    });
    expect(() => parseCatalog(root)).toThrow('["record-vote"].user');
  });

  test.each([999, 1000, 9999, 65_534])(
    'refuses %i as a user: users of images, people of this machine, and nobody',
    (uid) => {
      const taken = change(({ functions }) => {
        if (functions?.['record-vote']) functions['record-vote'].user = uid;
      });
      expect(() => parseCatalog(taken)).toThrow('999 owns Postgres and its data');
    },
  );

  test('refuses a setting that it does not know, so that a typing error is no silent default', () => {
    const typo = change(({ functions }) => {
      if (functions?.['record-vote']) functions['record-vote'].memoryMB = 64;
    });
    expect(() => parseCatalog(typo)).toThrow('memoryMB');
  });

  test('refuses the name of a function that it does not have', () => {
    const unknown = change(({ services }) => {
      Object.assign(services?.web ?? {}, { mayInvoke: ['drop-tables'] });
    });
    expect(() => parseCatalog(unknown)).toThrow('drop-tables');
  });

  const { web } = JSON.parse(json).services;
  const { environment: _environment, mayInvoke: _mayInvoke, prewarms: _prewarms, ...plain } = web;
  const other = { ...plain, image: 'hello', port: 8000 };
  const withService = (name: string, entry: object) =>
    change(({ services }) => {
      Object.assign(services ?? {}, { [name]: entry });
    });

  test('takes further services, which need no more than an image and the port where it listens', () => {
    const parsed = parseCatalog(withService('hello', { image: 'nginx:1.29', port: 80 }));
    expect(parsed.services.hello).toEqual({
      ...{ image: 'nginx:1.29', port: 80, writable: ['/run', '/var/cache/nginx'] },
      ...{ user: 59_999, memoryMb: 128, cpus: 1, processes: 64, tmpMb: 8 },
      ...{ startDeadlineMs: 20_000, requestsPerReplica: 100, replicas: 1 },
      ...{ environment: [], mayInvoke: [], prewarms: {} },
    });
    expect(partsOf(parsed).map(({ name, aside }) => [name, aside])).toEqual([
      ...[
        ['web', undefined],
        ['record-vote', undefined],
        ['fetch-results', undefined],
        ['workshop', 'service'],
        ['hello', 'service'],
      ],
    ]);
  });

  test('has functions that call others beside the picture, unless the pages use them; not those that call only themselves, or nobody', () => {
    const { functions, ...rest } = JSON.parse(json);
    rest.services.web.mayInvoke = ['record-vote', 'fetch-results', 'for-the-presenter'];
    const { 'record-vote': vote, 'fetch-results': results } = functions;
    const more = {
      report: { ...vote, mayInvoke: ['report', 'fetch-results'] },
      clock: { ...vote, mayInvoke: ['clock'] },
      lone: vote,
      'for-the-presenter': { ...vote, mayInvoke: ['fetch-results'] },
    };
    const named = { 'record-vote': { ...vote, mayInvoke: ['report'] }, 'fetch-results': results, ...more };
    expect(partsOf(parseCatalog(JSON.stringify({ ...rest, functions: named })))).toEqual([
      { name: 'web', limit: 3 },
      { name: 'record-vote', limit: 6, calls: ['report'] },
      { name: 'fetch-results', limit: 4 },
      { name: 'report', limit: 6, aside: 'function', calls: ['fetch-results'] },
      { name: 'workshop', limit: 1, aside: 'service' },
    ]);
  });

  test('has programs that are alone in their networks on a Swarm: services besides web, and functions made for Lambda', () => {
    expect(aloneOf(catalog)).toEqual({ functions: [], services: ['workshop'] });
    const other = JSON.parse(withService('hello', { image: 'nginx:1.29', port: 80 }));
    other.functions['fetch-results'].protocol = 'runtime-api-tcp';
    expect(aloneOf(parseCatalog(JSON.stringify(other)))).toEqual({
      functions: ['fetch-results'],
      services: ['workshop', 'hello'],
    });
  });

  test.each([
    ['web with a port', 'web', { ...web, port: 80 }, 'no port'],
    ['another service without a port', 'hello', plain, 'needs the port'],
    ['a port that is none', 'hello', { ...other, port: 65_536 }, 'port'],
    ['a folder that is none', 'hello', { ...other, writable: ['/run:/etc'] }, 'writable'],
    ['a function’s name', 'record-vote', other, 'is a function, too'],
    ['a name that is no part of a host name', 'hello.', other, 'host name'],
    ['a name in upper case', 'Hello', other, 'host name'],
    ['the name of a container that is always there', 'database', other, 'has this name'],
    ['a name that ends with a hyphen', 'hello-', other, 'host name'],
    ['a setting for another service', 'hello', { ...other, environment: ['SESSION_SECRET'] }, 'for web'],
    ['a function for another service', 'hello', { ...other, mayInvoke: ['record-vote'] }, 'for web'],
  ])('refuses %s', (_what, name, entry, message) => {
    expect(() => parseCatalog(withService(name, entry))).toThrow(message);
  });

  test.each(['launcher', 'database', 'web', 'relay', 'placeholder', 'agent-node'])(
    'refuses a function with the name of something that the platform runs: %s',
    (name) => {
      const taken = change(({ functions }) => Object.assign(functions ?? {}, { [name]: functions?.['record-vote'] }));
      expect(() => parseCatalog(taken)).toThrow('has this name');
    },
  );

  test('refuses a catalog without web', () => {
    const without = change(({ services }) => {
      delete services?.web;
    });
    expect(() => parseCatalog(without)).toThrow('web');
  });
});
