import { asCsv, exported } from '../../results/export.ts';

export const dynamic = 'force-dynamic';
export const GET = (request: Request) =>
  exported(request, { extension: 'csv', type: 'text/csv; charset=utf-8', write: asCsv });
