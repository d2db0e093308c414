export { forgetVotes, VotesInUse } from './forget-votes.ts';
export {
  type Address,
  askDatabase,
  prepareDatabase,
  type Question,
  restoreFunctionRoles,
} from './migrate.ts';
