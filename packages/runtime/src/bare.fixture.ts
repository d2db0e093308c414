// A function for tests that needs nothing before its first event.
import { serve } from './serve.ts';

serve<undefined>({
  connect: async () => undefined,
  handle: async (event) => ({ event }),
  disconnect: async () => undefined,
});
