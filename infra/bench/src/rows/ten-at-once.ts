import { answered } from '../answered.ts';
import type { Bench } from '../bench.ts';
import type { Variant } from '../interleave.ts';

/** Ten votes at the same time while there is one prewarmed: when the last one has its answer. */
export function tenAtOnce({ cold, measured }: Bench): Variant {
  const containers: number[] = [];
  measured.details['containers of 10 at once'] = containers;
  return {
    name: '10 at once',
    async prepare() {
      await cold.prewarmed('record-vote', 1);
      // Ten connections that are open already, as ten browsers have them.
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
