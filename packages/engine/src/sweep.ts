import type { Engine } from './engine.ts';

/**
 * Removes every sandbox of this stack that nobody knows of, and says how many it found. A removal that fails is the engine's to
 * repeat (Removals). Asks who is alive before and after listing, so that neither one that is just leaving nor a newcomer is taken
 * for a stray.
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
