/** Calls `ask` at most once in `everyMs`, and only on demand; all callers get the same answer. */
export function atMostEvery<Answer>(everyMs: number, ask: () => Promise<Answer>): () => Promise<Answer> {
  let last: { at: number; answer: Promise<Answer> } | undefined;
  return () => {
    if (last === undefined || performance.now() - last.at > everyMs) last = { at: performance.now(), answer: ask() };
    return last.answer;
  };
}
