/** However many ask, `ask` is called once in `everyMs` at most, and all get that answer; when nobody asks, never. */
export function atMostEvery<Answer>(everyMs: number, ask: () => Promise<Answer>): () => Promise<Answer> {
  let last: { at: number; answer: Promise<Answer> } | undefined;
  return () => {
    if (last === undefined || performance.now() - last.at > everyMs) last = { at: performance.now(), answer: ask() };
    return last.answer;
  };
}
