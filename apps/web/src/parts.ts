import * as z from 'zod/mini';
import { json } from './json-text.ts';

const Parts = z.array(
  z.object({
    name: z.string(),
    limit: z.number().check(z.positive()),
    aside: z.optional(z.enum(['service', 'function'])),
    calls: z.optional(z.array(z.string())),
  }),
);

/** What the launcher starts on demand: names, how many containers of each there may be, whether it is beside the picture, and whom it calls. */
export type Part = z.infer<typeof Parts>[number];

export const partsFromJson = z.pipe(json, Parts);
