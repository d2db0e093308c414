import { serve } from '@serverless-vote/runtime';

/* A function that does nothing, on the runtime of every function. */
serve({
  connect: async () => ({}),
  handle: async () => ({}),
  disconnect: async () => undefined,
});
