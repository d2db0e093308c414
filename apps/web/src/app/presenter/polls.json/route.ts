import { asJson, exported } from '../../../presenter/export-polls.ts';
import { presenterOnly } from '../../../presenter/presenter-only.ts';

/** All polls that were opened, as a file. */
export const GET = presenterOnly(() => exported('json', 'application/json', asJson));
