import * as z from 'zod/mini';
import { json } from './json-text.ts';

const Parts = z.array(
  z.object({ name: z.string(), limit: z.number().check(z.positive()), service: z.optional(z.literal(true)) }),
);

/** What the launcher starts on demand: names, how many containers of each there may be, and whether it is a service besides web. */
export type Part = z.infer<typeof Parts>[number];

export const partsFromJson = z.pipe(json, Parts);
