const KEPT = 'questions';

/** Questions that are written and not added yet: they survive a reload of this tab. */
export function keptQuestions(): string {
  try {
    return sessionStorage.getItem(KEPT) ?? '';
  } catch {
    // The browser blocks storage.
    return '';
  }
}

export function keepQuestions(text: string): void {
  try {
    sessionStorage.setItem(KEPT, text);
  } catch {}
}
