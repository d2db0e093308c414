import type { Engine } from './engine.ts';

/**
 * Removes every sandbox of this stack that the launcher does not know, and returns their number. Removals retries those that fail.
 * Reads the known sandboxes before and after listing, so that neither one that is just leaving nor a new one counts as a stray.
 */
export async function sweep(
  engine: Pick<Engine, 'list' | 'remove'>,
  alive: () => ReadonlySet<string>,
): Promise<number> {
  const before = alive();
  const listed = await engine.list();
  const after = alive();
  const strays = listed.filter((id) => !before.has(id) && !after.has(id));
  await Promise.allSettled(strays.map((id) => engine.remove(id)));
  return strays.length;
}
