import { expect, it } from 'vitest';
import { addUp } from './usage.ts';

const process = (name: string, file: number, anonymous: number, shared: number) =>
  `${name} RssFile: ${file} kB Pss_Anon: ${anonymous} kB Pss_Shmem: ${shared} kB`;

it("counts files once, and what is a process' own for each", () => {
  expect(addUp([process('postgres', 900, 20, 3), process('postgres', 700, 10, 2)].join('\n'))).toEqual({
    own: 35,
    files: 900,
  });
});

it('leaves out the processes that ask', () => {
  expect(
    addUp([process('node', 900, 20, 3), process('sh', 1500, 5, 0), process('cat', 800, 5, 0), ''].join('\n')),
  ).toEqual({ own: 23, files: 900 });
});

it('knows nothing where it was told nothing', () => {
  expect(addUp('node ')).toEqual({ own: Number.NaN, files: Number.NaN });
  expect(addUp('node RssFile: 3 kB').own).toBeNaN();
});
