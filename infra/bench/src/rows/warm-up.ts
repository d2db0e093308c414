import { answered } from '../answered.ts';
import type { Bench } from '../bench.ts';

const VOTES = 300;
const AT_ONCE = 6;

/** Votes that don't count: launcher and baseline are long-running programs, so their code is compiled before they are compared. */
export async function warmUp({ warm, cold, baseline }: Bench): Promise<void> {
  const voters = [() => warm.vote(), () => cold.vote(), () => baseline.vote('pool'), () => baseline.vote('batched')];
  for (const vote of voters) {
    for (let sent = 0; sent < VOTES; sent += AT_ONCE)
      (await Promise.all(Array.from({ length: AT_ONCE }, vote))).map(answered);
  }
}
