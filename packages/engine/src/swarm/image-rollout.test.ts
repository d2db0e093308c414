import { expect, test } from 'vitest';
import { ImageRollout } from './image-rollout.ts';
import type { ServiceDescription } from './service-spec.ts';

const described = (image: string) =>
  ({
    Labels: { 'org.serverless-vote.spec': `spec of ${image}` },
    TaskTemplate: { ContainerSpec: { Image: image } },
  }) as unknown as ServiceDescription;
const [old, broken, fixed] = ['old', 'broken', 'fixed'].map(described) as [
  ServiceDescription,
  ServiceDescription,
  ServiceDescription,
];

/** The old image has worked, and the broken one was rolled out since. */
function rollout() {
  const made = new ImageRollout();
  made.ordered = old;
  made.cameUp('old');
  made.ordered = made.choose(broken);
  return made;
}

test('the newest image is ordered', () => expect(rollout().ordered).toBe(broken));

test('an image whose tasks do not come up is given up for the last that worked, until there is a newer one', () => {
  const made = rollout();
  expect(made.goBack()).toBe(true);
  expect(made.choose(broken)).toBe(old);
  expect(made.choose(fixed)).toBe(fixed);
});

test('without an image that worked, or when that is the one in trouble, there is nothing to go back to', () => {
  expect(new ImageRollout().goBack()).toBe(false);
  const made = rollout();
  made.ordered = old;
  expect(made.goBack()).toBe(false);
});
