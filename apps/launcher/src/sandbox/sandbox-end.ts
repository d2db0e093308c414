import type { Exit } from '@serverless-vote/engine';

/** Why a sandbox is gone, as far as it matters to its pool. */
export type SandboxEnd =
  | { kind: 'not-started'; error: Error }
  | { kind: 'init-failed'; errorType: string; message: string }
  | { kind: 'ended'; exit: Exit };

/** Why a container ended, in a few words. */
export function reasonOf(end: SandboxEnd, memoryMb: number): string {
  if (end.kind !== 'ended' || end.exit.kind !== 'exited') return 'it was removed';
  return end.exit.outOfMemory ? `out of memory (${memoryMb} MB)` : `exit status ${end.exit.exitCode}`;
}
