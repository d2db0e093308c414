import * as z from 'zod/mini';
import { json } from './json-text.ts';

const Poll = z.readonly(
  z.object({
    question: z.string().check(z.minLength(1)),
    options: z
      .array(z.object({ id: z.string().check(z.minLength(1)), label: z.string().check(z.minLength(1)) }))
      .check(z.minLength(2), z.maxLength(8)),
  }),
);

/** The question and its open options. The launcher reads them from its settings and passes them on. */
export type Poll = z.infer<typeof Poll>;
export type Option = Poll['options'][number];

/** The environment's format of a poll: JSON in one variable. */
export const pollFromJson = z.pipe(json, Poll);
