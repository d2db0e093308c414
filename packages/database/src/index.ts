export type { Address } from './connection.ts';
export { type Database, noDatabase, postgres } from './database.ts';
export { VotesInUse } from './forget-votes.ts';
export { watchRoles } from './role-watch.ts';
