import { writeFileSync } from 'node:fs';
import { readCatalog } from '@serverless-vote/catalog';
import { startLauncher } from '@serverless-vote/launcher/launcher';
import { processPlatform } from '@serverless-vote/launcher/process-platform';
import { createLog } from '@serverless-vote/launcher/telemetry/log';
import { parseSettings } from '@serverless-vote/settings';

/*
 * The whole launcher, with processes instead of containers and without a database. Arguments: a folder for sockets, the program of a
 * sandbox. Reports its port to its parent, and its CPU time on request.
 */
const [directory = '', program = ''] = process.argv.slice(2);
const secretFile = `${directory}/session-secret`;
writeFileSync(secretFile, 'x'.repeat(32));
const platform = processPlatform(directory, () => [process.execPath, program]);
await startLauncher({
  settings: parseSettings({ STACK_ID: 'launcher-alone', SESSION_SECRET_FILE: secretFile }),
  catalog: readCatalog('functions/catalog.json'),
  ...{ platform, migrationsDir: '', log: createLog('info') },
});
process.send?.({ port: platform.ports.private });
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMs: (user + system) / 1000 });
});
process.once('disconnect', () => {
  void platform.engine.close().finally(() => process.exit());
});
