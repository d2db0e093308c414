import { asJson, exported } from '../../results/export.ts';

export const dynamic = 'force-dynamic';
export const GET = () => exported('json', 'application/json', asJson);
