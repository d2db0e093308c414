import { createHmac } from 'node:crypto';

/** A secret of its own for each purpose and function, from the one that the stack was given. */
export const secretFor = (key: string, purpose: 'task-agent' | 'role', name: string): string =>
  createHmac('sha256', key).update(`${purpose}:${name}`).digest('hex');
