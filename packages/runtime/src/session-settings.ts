/**
 * Settings that every session sets at its start. A role may change its own settings, so a compromised container could leave any in its
 * role; these take precedence. Listed are those that could make a successor fail, answer wrongly, acknowledge too early, or fill a log.
 */
const SETTINGS = {
  // No libraries, no other role, and names resolve to our tables.
  local_preload_libraries: '',
  role: 'none',
  search_path: 'public',
  // Commits are durable, and writes are allowed.
  synchronous_commit: 'on',
  default_transaction_read_only: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  // Time-outs within a function's deadline, and not much sooner.
  statement_timeout: '8s',
  idle_in_transaction_session_timeout: '3s',
  transaction_timeout: '0',
  lock_timeout: '0',
  idle_session_timeout: '0',
  tcp_user_timeout: '0',
  exit_on_error: 'off',
  // One plan for all events, and no JIT compilation.
  plan_cache_mode: 'force_generic_plan',
  jit: 'off',
  work_mem: '1MB',
  hash_mem_multiplier: '2',
  // The default formats of values.
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
  // No additional output.
  client_min_messages: 'notice',
  debug_print_parse: 'off',
  debug_print_rewritten: 'off',
  debug_print_plan: 'off',
  log_parameter_max_length_on_error: '0',
};

/** In the format of the startup message (https://www.postgresql.org/docs/18/protocol-message-formats.html, StartupMessage, `options`). */
export const SESSION_OPTIONS = Object.entries(SETTINGS)
  .map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`)
  .join(' ');
