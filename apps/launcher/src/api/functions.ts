import { arnOf, type Catalog, type FunctionEntry, findFunction } from '@serverless-vote/catalog';
import type { Express } from 'express';
import { FUNCTIONS } from '../model/invocation.ts';

/** The catalog in the formats of Lambda's ListFunctions, GetFunction and GetFunctionConfiguration. */
export function mountFunctions(app: Express, catalog: Catalog): void {
  app.get(FUNCTIONS, (_request, response) => {
    response.json({
      Functions: Object.entries(catalog.functions).map(([name, entry]) => ({
        ...configuration(name, entry),
        Catalog: { protocol: entry.protocol, mayInvoke: entry.mayInvoke },
      })),
    });
  });
  app.get(`${FUNCTIONS}/:name`, (request, response) => {
    const { name, entry } = findFunction(catalog, request.params.name);
    response.json({
      Configuration: configuration(name, entry),
      Code: { RepositoryType: 'local', ImageUri: entry.image },
      Concurrency: { ReservedConcurrentExecutions: entry.concurrency },
      // Settings for which Lambda has no field.
      Catalog: entry,
    });
  });
  app.get(`${FUNCTIONS}/:name/configuration`, (request, response) => {
    const { name, entry } = findFunction(catalog, request.params.name);
    response.json(configuration(name, entry));
  });
}

/** One function in the format of Lambda's FunctionConfiguration (https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html). */
function configuration(name: string, entry: FunctionEntry) {
  return {
    FunctionName: name,
    FunctionArn: arnOf(name),
    PackageType: 'Image',
    MemorySize: entry.memoryMb,
    Timeout: Math.ceil(entry.deadlineMs / 1000),
    EphemeralStorage: { Size: entry.tmpMb },
    Version: '$LATEST',
    State: 'Active',
  };
}
