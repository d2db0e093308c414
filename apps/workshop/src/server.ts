import { join } from 'node:path';
import { siteServer } from './site-server.ts';

/** The port that the catalog names for this service. */
const PORT = 8080;

const server = siteServer(join(__dirname, 'site')).listen(PORT);
process.once('SIGTERM', () => server.close());
