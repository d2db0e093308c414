import { serve } from '../../../../functions/runtime/src/serve.ts';

/* A function that takes no time, in the runtime that every function has. */
serve({
  connect: async () => ({}),
  handle: async () => ({}),
  disconnect: async () => undefined,
});
