import { asCsv, exported } from '../../results/export.ts';

export const dynamic = 'force-dynamic';
export const GET = () => exported('csv', 'text/csv; charset=utf-8', asCsv);
