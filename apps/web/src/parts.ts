import * as z from 'zod/mini';
import { json } from './json-text.ts';

const Parts = z.array(z.object({ name: z.string(), limit: z.number().check(z.positive()) }));

/** What the launcher starts on demand: names, and how many containers of each there may be. */
export type Part = z.infer<typeof Parts>[number];

export const partsFromJson = z.pipe(json, Parts);
