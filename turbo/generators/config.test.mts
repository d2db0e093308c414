import type { PlopTypes } from '@turbo/gen';
import { expect, it } from 'vitest';
import makeGenerator from './config.ts';

it.each(['record-vote', 'web', '../../etc', 'Upper', ''])('the generator refuses the name %j', (name) => {
  const { prompts, actions } = generator();
  const prompt = (prompts as { validate?: (name: string) => true | string }[])[0];
  expect(prompt?.validate?.(name)).toMatch(/can't be a name|exists/);
  const [refuse] = (actions as (answers: object) => (() => string)[])({ name, database: false });
  expect(refuse).toThrow(/can't be a name|exists/);
});

/** What turbo is told of it. */
function generator(): Partial<PlopTypes.PlopGeneratorConfig> {
  let told: Partial<PlopTypes.PlopGeneratorConfig> = {};
  const plop = {
    getPlopfilePath: () => import.meta.dirname,
    setGenerator: (_name: string, it: typeof told) => {
      told = it;
    },
  };
  makeGenerator(plop as unknown as PlopTypes.NodePlopAPI);
  return told;
}
