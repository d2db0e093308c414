import * as z from 'zod';
import { variables, variablesOnSwarm } from './settings.ts';

/** A setting, as listed in `make help` and the documents. */
export interface ListedSetting {
  name: string;
  /** Empty if there is none. */
  default: string;
  help: string;
}

/** Settings that only the scripts behind `make` read. */
const OF_SCRIPTS: readonly ListedSetting[] = [
  { name: 'PORT', default: '8080', help: 'port of the pages' },
  { name: 'BIND', default: '127.0.0.1', help: 'address of the pages; 0.0.0.0 admits everybody in your network' },
  { name: 'CONTROL_PORT', default: '9000', help: 'port of the control API, on this machine only' },
  { name: 'STACK', default: 'serverless-vote', help: 'name of the stack; another name starts a second stack' },
  { name: 'TAKE_OVER', default: '', help: '1 takes over a stack that another clone has started' },
  { name: 'DEV_PORT', default: '3000', help: 'port of the pages in development mode (make dev)' },
  { name: 'PROMETHEUS_PORT', default: '9090', help: 'port of Prometheus (make monitor), on this machine only' },
  { name: 'GRAFANA_PORT', default: '3001', help: 'port of Grafana (make monitor), on this machine only' },
  { name: 'CLASSIC_PORT', default: '8081', help: 'port of the classic vote page (make classic), on this machine only' },
  {
    ...{ name: 'CLASSIC_RESULTS_PORT', default: '8082' },
    help: 'port of the classic results page (make classic), on this machine only',
  },
  {
    ...{ name: 'ENGINE_RESTART', default: '1' },
    help: 'make chaos restarts the engine, if infra/engine started it; 0 keeps it running',
  },
  {
    name: 'NODE_IMAGE',
    default: 'node:26-bookworm-slim',
    help: 'base image; built from packages if it cannot be pulled',
  },
  { name: 'POSTGRES_IMAGE', default: 'postgres:18', help: 'base image; built from packages if it cannot be pulled' },
];

const properties = z.toJSONSchema(variables, { io: 'input' }).properties ?? {};

/** Settings of the launcher that the operator may change. */
export const launcherSettings: readonly ListedSetting[] = Object.entries(properties).flatMap(([name, schema]) => {
  const { description, default: value } = schema as { description?: string; default?: unknown };
  return description === undefined ? [] : [{ name, default: String(value), help: description }];
});

/** Settings of the launcher that only the stack's own files set. */
export const givenByStack: ReadonlySet<string> = new Set(
  Object.keys(variablesOnSwarm.shape).filter((name) => !launcherSettings.some((setting) => setting.name === name)),
);

/** Every setting, the most used first. */
export const settingList: readonly ListedSetting[] = [
  ...OF_SCRIPTS.slice(0, 3),
  ...launcherSettings,
  ...OF_SCRIPTS.slice(3),
];
