import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlopTypes } from '@turbo/gen';

interface Answers {
  name: string;
  database: boolean;
}

interface Catalog {
  functions: Record<string, { user: number }>;
  services: Record<string, { user?: number }>;
}

/** Other images of ours have these names. */
const TAKEN = ['placeholder', 'database', 'debian', 'launcher', 'node', 'postgres', 'web', 'workshop'];

/** `npx turbo gen function`: a function's folder, its place in the catalog, and its role in the database if it needs one. */
export default function generator(plop: PlopTypes.NodePlopAPI): void {
  const root = join(plop.getPlopfilePath(), '../..');
  plop.setGenerator('function', {
    description: 'A function: contract, handler, test, and its entry in the catalog',
    prompts: [
      {
        type: 'input',
        name: 'name',
        message: 'Its name (a-z, 0-9 and -, such as count-voters)',
        validate: (name: string) => problemWith(name, root) ?? true,
      },
      { type: 'confirm', name: 'database', message: 'Does it use the database?', default: false },
    ],
    actions: (answers) => [
      // Answers may come from the command line, where no prompt has looked at them.
      () => refuse(problemWith((answers as Answers).name, root)),
      {
        type: 'addMany',
        destination: join(root, 'functions/{{ name }}'),
        base: 'templates/function',
        templateFiles: 'templates/function/**',
        globOptions: { dot: true },
      },
      () => addToCatalog(answers as Answers, root),
      ...((answers as Answers).database ? [() => addRole(answers as Answers, root)] : []),
      () => lock(root),
    ],
  });
}

function refuse(problem: string | undefined): string {
  if (problem) throw new Error(problem);
  return 'the name is free';
}

function problemWith(name: string, root: string): string | undefined {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(name))
    return `"${name}" can't be a name: it begins with a letter and has a-z, 0-9 and - only.`;
  if (TAKEN.includes(name)) return `"${name}" exists as an image. Choose another name.`;
  if (existsSync(join(root, 'functions', name))) return `functions/${name} exists. Choose another name.`;
  return undefined;
}

function addToCatalog({ name, database }: Answers, root: string): string {
  const file = join(root, 'functions/catalog.json');
  const text = readFileSync(file, 'utf8');
  const { functions, services } = JSON.parse(text) as Catalog;
  const user = Math.max(...Object.values({ ...services, ...functions }).map((entry) => entry.user ?? 0)) + 1;
  const entry = `,
    "${name}": {
      "image": "serverless-vote/${name}",
      "user": ${user},
      "database": ${database},
      "memoryMb": 128,
      "cpus": 1,
      "processes": 32,
      "tmpMb": 8,
      "deadlineMs": 10000,
      "concurrency": 4,
      "queue": { "events": 1000, "megabytes": 16 },
      "serving": { "kind": "single-use" },
      "warmPool": 1,
      "invalidates": []
    }`;
  // As text, so that the rest of the file keeps its looks.
  const end = text.search(/\n {2}\},\n {2}"services"/);
  if (end < 0)
    throw new Error('functions/catalog.json has no "functions" followed by "services". Add the entry by hand.');
  writeFileSync(file, text.slice(0, end) + entry + text.slice(end));
  return `functions/catalog.json: ${name}, as user ${user}`;
}

/** Postgres knows a function by its uid and lets it be the role of its name; that role may nothing until it is granted. */
function addRole({ name }: Answers, root: string): string {
  const folder = join(root, 'packages/database/migrations');
  const last =
    readdirSync(folder)
      .filter((file) => /^\d{4}_/.test(file))
      .sort()
      .at(-1) ?? '0000';
  const file = `${String(Number(last.slice(0, 4)) + 1).padStart(4, '0')}_${name}.sql`;
  writeFileSync(
    join(folder, file),
    `-- The role of ${name}. Grant what it needs and no more, for example: grant select on tally to "${name}";
do $$
begin
  if not exists (select from pg_roles where rolname = '${name}') then
    create role "${name}" login;
  end if;
end $$;
grant connect on database votes to "${name}";
grant usage on schema public to "${name}";
`,
  );
  return `packages/database/migrations/${file}`;
}

/** A workspace that the lock doesn't know would stop `npm ci`. */
function lock(root: string): string {
  execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return 'package-lock.json';
}
