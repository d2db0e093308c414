import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Caller, DatabaseContainer, FUNCTIONS } from './database-container.ts';

let database: DatabaseContainer;

beforeAll(async () => {
  database = await DatabaseContainer.start();
  await database.prepare();
});
afterAll(() => database?.stop());

describe('who may be whom', () => {
  test.each<[Caller, string]>([
    ['record-vote', 'postgres'],
    ['record-vote', 'fetch-results'],
    ['fetch-results', 'postgres'],
    ['fetch-results', 'record-vote'],
    ['list-polls', 'edit-polls'],
    ['close-poll', 'open-poll'],
  ])('from the container of %s nobody becomes %s', async (caller, role) => {
    await expect(database.connect(caller, role)).rejects.toThrow('Peer authentication failed');
  });

  test.each(FUNCTIONS)('%s reaches no other database', async (caller) => {
    for (const name of ['postgres', 'template1']) {
      await expect(database.connect(caller, caller, name)).rejects.toThrow('permission denied for database');
    }
  });

  test('the roles are no more than roles that may log in', async () => {
    const owner = await database.connect('postgres');
    const { rows } = await owner.query(
      `select rolname from pg_roles
       where rolcanlogin and not (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)
         and not exists (select from pg_auth_members where member = pg_roles.oid)
       order by rolname`,
    );
    expect(rows.map(({ rolname }) => rolname)).toEqual(FUNCTIONS.toSorted());
  });
});

const FORBIDDEN_TO_ALL = [
  'select * from votes',
  'select * from tally',
  'select * from options',
  'select * from polls',
  "update tally set votes = 1000 where option_id = 'cats'",
  'delete from votes',
  'truncate tally',
  "update polls set question = 'Mine?'",
  'update polls set hidden = false',
  'delete from polls',
  "insert into options values ('mine', 'Mine', 0, true, now(), 'mine')",
  "select add_to_tally('{cats-or-dogs}', '{cats}', 1000, 1)",
  "select add_poll('{}', 'settings', 1)",
  "select start_poll('mine', 1, '{}', 1)",
  'select end_poll(1)',
  "select open_settings_poll('{}', 1)",
  'select described(null::polls)',
  'select begin_change(1)',
  'select place_of_change(1)',
  'select * from migrations',
  'select * from async_events.job',
  'create table async_events.mine ()',
  'create table mine ()',
  'create temporary table mine ()',
  'create schema mine',
  'create role mine',
  'select pg_advisory_lock(1)',
  'select pg_try_advisory_lock_shared(1)',
  'select lo_create(0)',
  'select loread(0, 1)',
  'select pg_terminate_backend(pid) from pg_stat_activity',
  'select pg_cancel_backend(pid) from pg_stat_activity',
  "select pg_notify('mine', '')",
  "select pg_logical_emit_message(false, 'mine', 'yours')",
  'select pg_export_snapshot()',
  'do $$ begin loop end loop; end $$',
  "select pg_read_file('/etc/passwd')",
  "copy polls from program 'id'",
  'alter system set fsync = off',
  'set session authorization postgres',
  'set role postgres',
];

/** What is refused must be refused for want of rights, not because the test has a typo. */
async function expectForbidden(client: Client, statement: string): Promise<void> {
  await expect(client.query(statement), statement).rejects.toMatchObject({ code: '42501' });
}

/** What each function may do, and the others not. */
const MAY: Record<(typeof FUNCTIONS)[number], string[]> = {
  'record-vote': ["select record_votes('{}', '{}', '{}')"],
  'fetch-results': ["select read_results('{}')"],
  'open-poll': ["select open_poll('{}', '{}', 1)"],
  'close-poll': ["select close_poll('cats-or-dogs', null, 0)", "select keep_result('cats-or-dogs', '{}')"],
  'edit-polls': [
    ...["select add_drafts('[]', 1)", "select remove_draft('mine')", "select hide_numbers('mine', false)"],
    "select start_over('mine', '{}', 1)",
  ],
  'list-polls': ['select list_polls()'],
};

describe.each(FUNCTIONS)('%s', (caller) => {
  let client: Client;
  beforeAll(async () => {
    client = await database.connect(caller);
  });

  const ofOthers = FUNCTIONS.filter((name) => name !== caller).flatMap((name) => MAY[name]);
  test.each([...FORBIDDEN_TO_ALL, ...ofOthers])('may not: %s', (statement) => expectForbidden(client, statement));

  test('may do what it is there for', async () => {
    for (const statement of MAY[caller]) {
      const refusal = await client.query(statement).then(
        () => 'none',
        (error: { hint?: string }) => error.hint,
      );
      // A refusal of ours: it was let in.
      expect(refusal, statement).toMatch(/^(none|NotADraft|UnknownPoll|InvalidEvent)$/);
    }
  });
});

test('record-vote may record votes, and not be led astray by a search path of its own', async () => {
  const voter = await database.connect('record-vote');
  await voter.query('set search_path = pg_temp, nowhere');
  const { rows } = await voter.query("select public.record_votes('{}', '{}', '{}')");
  expect(rows).toEqual([]);
});

describe('what everybody may do is what nobody can do harm with', () => {
  const names = async (from: string) => {
    const { rows } = await (await database.connect('postgres')).query(`select ${from}`);
    return rows[0].names;
  };

  test('to everybody belong no function that may act on others, and no language to write one in', async () => {
    expect(
      await names(`string_agg(distinct proname, ' ' order by proname) as names from pg_proc
        where provolatile = 'v' and prokind = 'f' and has_function_privilege('record-vote', oid, 'execute') and proname <> 'record_votes'
          and prorettype::regtype::text !~ 'trigger|internal|handler'`),
    ).toBe(
      'array_sample array_shuffle clock_timestamp current_query currval gen_random_uuid lastval nextval random random_normal set_config setseed setval timeofday uuidv4 uuidv7',
    );
    expect(
      await names(
        `string_agg(lanname, ' ') as names from pg_language where lanpltrusted and has_language_privilege('record-vote', oid, 'usage')`,
      ),
    ).toBeNull();
  });

  test('nothing outlives a session: no prepared transactions, and nowhere to make anything', async () => {
    const owner = await database.connect('postgres');
    expect((await owner.query('show max_prepared_transactions')).rows).toEqual([{ max_prepared_transactions: '0' }]);
    const { rows } = await owner.query(
      `select has_database_privilege('record-vote', 'votes', 'create, temporary') as here,
              has_schema_privilege('record-vote', 'public', 'create') as in_schema,
              has_tablespace_privilege('record-vote', 'pg_default', 'create') as on_disk`,
    );
    expect(rows).toEqual([{ here: false, in_schema: false, on_disk: false }]);
  });

  test('a role that drops what it owns has lost none of its rights', async () => {
    const voter = await database.connect('record-vote');
    await voter.query('drop owned by "record-vote" cascade');
    await (await database.connect('record-vote')).query("select record_votes('{}', '{}', '{}')");
  });
});

test('a commit is on the disk before it is answered', async () => {
  const owner = await database.connect('postgres');
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    const { rows } = await owner.query('select current_setting($1) as value', [setting]);
    expect(rows, setting).toEqual([{ value: 'on' }]);
  }
});

test('a commit is on the disk for record-vote, too', async () => {
  const voter = await database.connect('record-vote');
  const { rows } = await voter.query("select current_setting('synchronous_commit') as value");
  expect(rows).toEqual([{ value: 'on' }]);
});

test('Postgres listens on its socket only', async () => {
  const owner = await database.connect('postgres');
  const { rows } = await owner.query("select current_setting('listen_addresses') as value");
  expect(rows).toEqual([{ value: '' }]);
});
