import { type ControlApi, functionPath } from './control-api.ts';
import { type Output, table } from './print.ts';

interface Configuration {
  FunctionName: string;
  MemorySize: number;
  Timeout: number;
}

interface Description {
  Configuration: Configuration & { FunctionArn: string; EphemeralStorage: { Size: number } };
  Code: { ImageUri: string };
  Concurrency: { ReservedConcurrentExecutions: number };
  Catalog: {
    protocol: string;
    serving: { kind: string; inFlight?: number; events?: number };
    queue: { events: number; megabytes: number };
    warmPool: number;
    cpus: number;
    processes: number;
    database: boolean;
    invalidates: string[];
    mayInvoke: string[];
  };
}

export async function list(control: ControlApi, output: Output): Promise<void> {
  const { Functions } = await control.json<{ Functions: (Configuration & Pick<Description, 'Catalog'>)[] }>(
    '/2015-03-31/functions',
  );
  if (output.json) return output.out(JSON.stringify(Functions, null, 2));
  const rows = Functions.map(({ FunctionName, MemorySize, Timeout, Catalog }) => [
    FunctionName,
    `${MemorySize} MB`,
    `${Timeout} s`,
    Catalog.protocol,
    Catalog.mayInvoke.join(', ') || '-',
  ]);
  output.out(table(['FUNCTION', 'MEMORY', 'DEADLINE', 'PROTOCOL', 'MAY INVOKE'], rows));
}

export async function describe(control: ControlApi, name: string, output: Output): Promise<void> {
  const description = await control.json<Description>(functionPath(name));
  if (output.json) return output.out(JSON.stringify(description, null, 2));
  const { Configuration, Code, Concurrency, Catalog } = description;
  const { serving, queue } = Catalog;
  output.out(
    table(
      ['FUNCTION', Configuration.FunctionName],
      [
        ['ARN', Configuration.FunctionArn],
        ['Image', Code.ImageUri],
        ['Protocol', Catalog.protocol],
        ['Memory', `${Configuration.MemorySize} MB`],
        ['CPUs', Catalog.cpus],
        ['Processes', Catalog.processes],
        ['/tmp', `${Configuration.EphemeralStorage.Size} MB`],
        ['Deadline', `${Configuration.Timeout} s`],
        ['Database', Catalog.database ? 'yes' : 'no'],
        ['Concurrency', `${Concurrency.ReservedConcurrentExecutions} containers`],
        [
          'Serving',
          serving.kind === 'reuse'
            ? `reuse, ${serving.inFlight} events at once, ${serving.events} in all`
            : serving.kind,
        ],
        ['Warm pool', Catalog.warmPool],
        ['Queue', `${queue.events} events, ${queue.megabytes} MB`],
        ['May invoke', Catalog.mayInvoke.join(', ') || 'nothing'],
        ['Invalidates', Catalog.invalidates.join(', ') || 'nothing'],
      ],
    ),
  );
}
