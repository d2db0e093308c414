import type { Exit } from '@serverless-vote/engine';

/** Why a sandbox is gone, as far as it matters to its pool. */
export type SandboxEnd =
  | { kind: 'not-started'; error: Error }
  | { kind: 'init-failed'; errorType: string; message: string }
  | { kind: 'ended'; exit: Exit };

/** What the exit of a container means that was neither asked to leave nor had an event yet. */
export function endOfUnused(exit: Exit, memoryMb: number, lastLines = ''): SandboxEnd {
  const end = { kind: 'ended', exit } as const;
  // It was removed from outside, which says nothing about the function.
  if (exit.kind === 'lost') return end;
  const why = [reasonOf(end, memoryMb), lastLines].filter(Boolean).join(': ');
  return { kind: 'init-failed', errorType: 'Runtime.ExitError', message: `Runtime exited during init: ${why}` };
}

/** Why a container ended, in a few words. */
export function reasonOf(end: SandboxEnd, memoryMb: number): string {
  if (end.kind !== 'ended' || end.exit.kind !== 'exited') return 'it was removed';
  return end.exit.outOfMemory ? `out of memory (${memoryMb} MB)` : `exit status ${end.exit.exitCode}`;
}
