import { asJson, exported } from '../../results/export.ts';

export const dynamic = 'force-dynamic';
export const GET = (request: Request) =>
  exported(request, { extension: 'json', type: 'application/json', write: asJson });
