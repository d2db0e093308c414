/**
 * Settings with which every session begins, whatever a container that was taken over has left in its role: a role may change its own
 * settings, and these go before them. Only what could make a successor fail, answer wrongly, promise too much, or fill a log.
 */
const SETTINGS = {
  // Nothing is loaded, nobody else is played, and names mean what they say.
  local_preload_libraries: '',
  role: 'none',
  search_path: 'public',
  // A commit is on the disk, and a vote may be written.
  synchronous_commit: 'on',
  default_transaction_read_only: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  // The database gives up within a function's deadline, and not sooner.
  statement_timeout: '8s',
  idle_in_transaction_session_timeout: '3s',
  transaction_timeout: '0',
  lock_timeout: '0',
  idle_session_timeout: '0',
  tcp_user_timeout: '0',
  exit_on_error: 'off',
  // One plan for all events, and no compiler.
  plan_cache_mode: 'force_generic_plan',
  jit: 'off',
  work_mem: '1MB',
  hash_mem_multiplier: '2',
  // Values are written and read as everywhere.
  DateStyle: 'ISO',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  array_nulls: 'on',
  standard_conforming_strings: 'on',
  backslash_quote: 'safe_encoding',
  transform_null_equals: 'off',
  row_security: 'on',
  restrict_nonsystem_relation_kind: '',
  // Nothing is said that nobody has asked for.
  client_min_messages: 'notice',
  debug_print_parse: 'off',
  debug_print_rewritten: 'off',
  debug_print_plan: 'off',
  log_parameter_max_length_on_error: '0',
};

/** As the startup message has them (https://www.postgresql.org/docs/18/protocol-message-formats.html, StartupMessage, `options`). */
export const SESSION_OPTIONS = Object.entries(SETTINGS)
  .map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`)
  .join(' ');
