#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { controlUrl } from './config.ts';
import { ControlApi } from './control-api.ts';
import { deleteDeadLetters, listDeadLetters, resendDeadLetters, showDeadLetter } from './dead-letters.ts';
import { ControlError, EXIT, UsageError } from './exit-codes.ts';
import { invoke } from './invoke.ts';
import { describe, list } from './list.ts';
import { logs } from './logs.ts';
import { type Output, printable } from './print.ts';
import { USAGE } from './usage.ts';

const DEAD_LETTERS = {
  list: listDeadLetters,
  show: showDeadLetter,
  resend: resendDeadLetters,
  delete: deleteDeadLetters,
} as const;

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        file: { type: 'string', short: 'f' },
        async: { type: 'boolean', short: 'a', default: false },
        delay: { type: 'string' },
        follow: { type: 'boolean', short: 'F', default: false },
        tail: { type: 'string' },
        all: { type: 'boolean', default: false },
        function: { type: 'string' },
        json: { type: 'boolean', default: false },
        url: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nSee fn --help.`);
  }
}

/** Runs the command. Returns the exit status. */
async function run(args: string[], output: Output): Promise<number> {
  const { values, positionals } = parse(args);
  const [command, first, second, ...tooMany] = positionals;
  if (values.help || command === undefined || command === 'help') {
    output.out(USAGE.trimEnd());
    return values.help || command === 'help' ? EXIT.done : EXIT.usage;
  }
  if (tooMany.length > 0) throw new UsageError(`Too many arguments: ${tooMany.join(' ')}. Quote an event: '{"a": 1}'.`);
  const control = new ControlApi(controlUrl(values.url));
  const name = () => {
    if (first === undefined) throw new UsageError(`Which function? fn ${command} <function>; fn list shows them.`);
    return first;
  };
  if (command === 'list') await list(control, output);
  else if (command === 'describe') await describe(control, name(), output);
  else if (command === 'invoke') return invoke(control, { ...values, name: name(), event: second }, output);
  else if (command === 'logs') await logs(control, { name: name(), tail: values.tail, follow: values.follow }, output);
  else if (command === 'dead-letters') {
    const action = first ?? 'list';
    if (!Object.hasOwn(DEAD_LETTERS, action))
      throw new UsageError(`fn dead-letters ${action}? There are ${Object.keys(DEAD_LETTERS).join(', ')}.`);
    const selected = { requestId: second, name: values.function, all: values.all };
    await DEAD_LETTERS[action as keyof typeof DEAD_LETTERS](control, selected, output);
  } else throw new UsageError(`There is no command ${JSON.stringify(command)}. See fn --help.`);
  return EXIT.done;
}

const args = process.argv.slice(2);
const json = args.includes('--json');
// A pipe gets a function's answer unchanged; a terminal gets no control characters.
const out = (text: string) => process.stdout.write(`${process.stdout.isTTY ? printable(text) : text}\n`);
const err = (text: string) => process.stderr.write(`${printable(text)}\n`);
// The reader may close the pipe: fn logs --follow name | head
process.stdout.on('error', () => process.exit(EXIT.done));
run(args, { json, out, err }).then(
  (status) => {
    process.exitCode = status;
  },
  (error: Error & { exitCode?: number }) => {
    const type = error instanceof ControlError ? error.type : error.name;
    if (json) err(JSON.stringify({ error: { type, message: error.message } }));
    else err(error instanceof ControlError ? `${error.message} (${type})` : error.message);
    process.exitCode = error.exitCode ?? EXIT.unavailable;
  },
);
