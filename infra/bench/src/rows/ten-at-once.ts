import { answered } from '../answered.ts';
import type { Bench } from '../bench.ts';
import type { Variant } from '../interleave.ts';

/** Ten votes at the same time with one prewarmed container: the time until the last answer. */
export function tenAtOnce({ cold, measured }: Bench): Variant {
  const containers: number[] = [];
  measured.details['containers of 10 at once'] = containers;
  return {
    name: '10 at once',
    async prepare() {
      await cold.prewarmed('record-vote', 1);
      // Ten open connections, like those of ten browsers.
      await Promise.all(Array.from({ length: 10 }, () => cold.control.send('/healthz')));
    },
    async sample() {
      const answers = (await Promise.all(Array.from({ length: 10 }, () => cold.vote()))).map(answered);
      if (answers.filter(({ headers }) => headers['x-start-kind'] === 'prewarmed').length !== 1) return undefined;
      containers.push(new Set(answers.map(({ headers }) => headers['x-container-id'])).size);
      return Math.max(...answers.map(({ totalMs }) => totalMs));
    },
  };
}
