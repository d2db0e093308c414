import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A lab has an exercise without a solution. Here are solutions, one file per lab, so that the checks are tested. */
const SOLUTIONS = join(import.meta.dirname, 'solutions');

/** The commands of an exercise, with its solution. Its check must fail before the solution, and succeed after it. */
export const solved = (file: string, commands: string): string =>
  commands.replace(/^check \d+$/m, (check) => {
    const solution = join(SOLUTIONS, file.replace('.md', '.sh'));
    if (!existsSync(solution)) throw new Error(`${file} has an exercise, but ${solution} is missing.`);
    const before = `if ${check} >/dev/null; then echo 'The check succeeds before the exercise is done.'; false; fi`;
    return [before, '{', readFileSync(solution, 'utf8').trimEnd(), '} >/dev/null 2>&1', check].join('\n');
  });
