import type { Attempt } from '../model/invocation.ts';
import type { Poll } from './runtime-client.ts';

/*
 *            next              no more events              exit
 *  starting ─────▶ ready ──────────────────────▶ leaving ─────────▶ gone
 *     │              │  event ▲                     │                ▲
 *     │              ▼        │ response, error     │ grace over     │
 *     │         (in flight) ──┘                     ▼                │
 *     └──────────────┴───── exit, kill, deadline ───┴────────────────┘
 */
export type State =
  | { kind: 'starting'; initError?: { errorType: string; message: string } }
  /** `intake`: it may get further events (`open`), may only finish those in flight (`closed`), or its answers come too late (`lost`). */
  | { kind: 'ready'; polls: Poll[]; hand: Map<string, Attempt>; served: number; intake: 'open' | 'closed' | 'lost' }
  | { kind: 'leaving'; served: number; cancelKill: () => void }
  | { kind: 'gone'; served: number };

/** `prewarmed`: ready, has never had an event; `idle`: has served events, has none in flight. */
export type Condition = 'starting' | 'prewarmed' | 'serving' | 'idle' | 'leaving' | 'gone';
