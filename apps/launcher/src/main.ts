import { aloneOf, CatalogError, checkForSwarm, readCatalog } from '@serverless-vote/catalog';
import { PortTaken } from '@serverless-vote/http-server/listen';
import { OtherLauncher } from '@serverless-vote/http-server/own-socket';
import { parseSettings, SettingsError } from '@serverless-vote/settings';
import { dockerPlatform } from './docker-platform.ts';
import { startLauncher } from './launcher.ts';
import { swarmPlatform } from './swarm-platform.ts';
import { createLog } from './telemetry/log.ts';

async function main(): Promise<void> {
  const settings = parseSettings();
  const catalog = readCatalog(`${import.meta.dirname}/catalog.json`);
  if (settings.engine.kind === 'swarm') checkForSwarm(catalog);
  // `make run` checks the settings in this way before it touches a running stack.
  if (process.argv.includes('--check')) return;
  const log = createLog(settings.logLevel);
  const { stackId, engine } = settings;
  const platform =
    engine.kind === 'swarm'
      ? swarmPlatform(stackId, engine, aloneOf(catalog), log)
      : await dockerPlatform(stackId, catalog.services.web.user, log);
  const migrationsDir = `${import.meta.dirname}/migrations`;
  const launcher = await startLauncher({ settings, catalog, platform, migrationsDir, log });

  const stop = async (signal: string) => {
    log.info({ signal }, 'launcher.draining');
    await launcher.stop();
    log.info('launcher.stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void stop(signal));
}

const EXPLAINED = [SettingsError, CatalogError, OtherLauncher, PortTaken];
main().catch((error: unknown) => {
  console.error(EXPLAINED.some((kind) => error instanceof kind) ? (error as Error).message : error);
  process.exit(1);
});
