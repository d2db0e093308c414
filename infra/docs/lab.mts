import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A block of commands, and the output that the lab shows; or a change that a learner makes in an editor, as the command that makes it. */
export interface Step {
  /** The line where the block begins, counted from 1. */
  line: number;
  commands: string;
  /** Undefined if the lab shows no output. */
  shown: string | undefined;
}

export interface Lab {
  file: string;
  title: string;
  text: string;
  steps: Step[];
}

const WORKSHOP = join(import.meta.dirname, '../../docs/workshop');

/** All labs, ordered by file name. */
export function readLabs(): Lab[] {
  return readdirSync(WORKSHOP)
    .filter((file) => /^\d\d-.*\.md$/.test(file))
    .sort()
    .map((file) => parseLab(file, readFileSync(join(WORKSHOP, file), 'utf8')));
}

/**
 * Reads a lab: a block fenced as `sh` is a step, one fenced as `text` is the output of the step before it, one fenced as `diff` is a change
 * of files.
 * @throws {Error} if a block is none of these, or is output without a step
 */
export function parseLab(file: string, text: string): Lab {
  const steps: Step[] = [];
  let open: { line: number; indent: number; language: string; body: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^( *)```(.*)$/.exec(line);
    // A block in a list is indented like its item.
    if (!fence) open?.body.push(line.slice(Math.min(open.indent, line.search(/\S|$/))));
    else if (!open) open = { line: index + 1, indent: fence[1]?.length ?? 0, language: fence[2] ?? '', body: [] };
    else {
      close(open);
      open = undefined;
    }
  }
  if (open) throw new Error(`${file}:${open.line}: this block has no end.`);
  return { file, title: /^# (.*)$/m.exec(text)?.[1] ?? file, text, steps };

  function close({ line, language, body }: { line: number; language: string; body: string[] }) {
    const content = body.join('\n');
    const last = steps.at(-1);
    if (language === 'sh') steps.push({ line, commands: content, shown: undefined });
    else if (language === 'diff')
      steps.push({ line, commands: `git apply --recount <<'DIFF'\n${content}\nDIFF`, shown: undefined });
    else if (language !== 'text') throw new Error(`${file}:${line}: a block is sh, text or diff, not "${language}".`);
    else if (last && last.shown === undefined) last.shown = content;
    else throw new Error(`${file}:${line}: this output has no commands before it.`);
  }
}
