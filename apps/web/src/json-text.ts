import * as z from 'zod/mini';

/** An environment variable that contains JSON. */
export const json = z.pipe(
  z.string(),
  z.transform((text, context) => {
    try {
      return JSON.parse(text);
    } catch {
      context.issues.push({ code: 'custom', message: 'is not JSON', input: text });
      return z.NEVER;
    }
  }),
);
