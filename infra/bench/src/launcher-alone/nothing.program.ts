import { serve } from '@serverless-vote/runtime';

/* A function that takes no time, in the runtime that every function has. */
serve({
  connect: async () => ({}),
  handle: async () => ({}),
  disconnect: async () => undefined,
});
