import { randomUUID } from 'node:crypto';
import {
  GetFunctionCommand,
  InvalidRequestContentException,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  RequestTooLargeException,
  ResourceNotFoundException,
  TooManyRequestsException,
} from '@aws-sdk/client-lambda';
import { afterAll, describe, expect, test } from 'vitest';
import { fullQueue } from './held.ts';
import { controlUrl, total } from './stack.ts';

/** The real SDK. It requires a region and credentials, which the control API ignores. */
const lambda = new LambdaClient({
  endpoint: controlUrl,
  region: 'local',
  credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  maxAttempts: 1,
});
afterAll(() => lambda.destroy());

const invoke = (
  FunctionName: string,
  event: unknown,
  more: Partial<ConstructorParameters<typeof InvokeCommand>[0]> = {},
) => lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), ...more }));
const failure = (sent: Promise<unknown>) =>
  sent.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('the AWS SDK, pointed at the control API', () => {
  test('lists the functions, and describes one', async () => {
    const { Functions } = await lambda.send(new ListFunctionsCommand({}));
    expect(Functions?.map(({ FunctionName }) => FunctionName)).toEqual(
      expect.arrayContaining(['record-vote', 'fetch-results']),
    );
    const { Configuration, Concurrency } = await lambda.send(new GetFunctionCommand({ FunctionName: 'record-vote' }));
    expect(Configuration).toMatchObject({ FunctionName: 'record-vote', MemorySize: 128, Timeout: 18, State: 'Active' });
    expect(Concurrency?.ReservedConcurrentExecutions).toBe(6);
  });

  test('invokes, and returns the end of the log', async () => {
    const event = { voterId: randomUUID(), choice: 'cats' };
    const { StatusCode, FunctionError, ExecutedVersion, Payload, LogResult } = await invoke('record-vote', event, {
      LogType: 'Tail',
    });
    expect({ StatusCode, FunctionError, ExecutedVersion }).toEqual({
      ...{ StatusCode: 200, FunctionError: undefined, ExecutedVersion: '$LATEST' },
    });
    expect(JSON.parse(Payload?.transformToString() ?? '')).toMatchObject(event);
    expect(Buffer.from(LogResult ?? '', 'base64').toString()).toMatch(/^START RequestId: [\s\S]*\nREPORT RequestId: /);
  });

  test('gets a function’s error as FunctionError', async () => {
    const { StatusCode, FunctionError, Payload } = await invoke('misbehave', { do: 'fail' });
    expect({ StatusCode, FunctionError }).toEqual({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(JSON.parse(Payload?.transformToString() ?? '')).toMatchObject({
      errorType: 'TypeError',
      errorMessage: 'as told',
    });
  });

  test('invokes as an Event with 202, and as a DryRun with 204', async () => {
    const event = { voterId: randomUUID(), choice: 'cats' };
    expect((await invoke('record-vote', event, { InvocationType: 'DryRun' })).StatusCode).toBe(204);
    const before = await total();
    const { StatusCode, $metadata } = await invoke('record-vote', event, { InvocationType: 'Event' });
    expect(StatusCode).toBe(202);
    expect($metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
    await expect.poll(total).toBe(before + 1);
  });

  test('throws ResourceNotFoundException for 404', async () => {
    const described = failure(lambda.send(new GetFunctionCommand({ FunctionName: 'nobody' })));
    for (const error of await Promise.all([failure(invoke('nobody', {})), described])) {
      expect(error).toBeInstanceOf(ResourceNotFoundException);
      expect(error).toMatchObject({
        $metadata: { httpStatusCode: 404 },
        Type: 'User',
        message: expect.stringMatching(/^Function not found: "nobody"/),
      });
    }
  });

  test('throws TooManyRequestsException for 429', async () => {
    const { name, release } = await fullQueue();
    const error = await failure(invoke(name, {}));
    await release();
    expect(error).toBeInstanceOf(TooManyRequestsException);
    expect(error).toMatchObject({ $metadata: { httpStatusCode: 429 }, retryAfterSeconds: '1' });
  });

  test('throws its own exceptions for events that can’t be', async () => {
    expect(await failure(lambda.send(new InvokeCommand({ FunctionName: 'record-vote', Payload: '{' })))).toBeInstanceOf(
      InvalidRequestContentException,
    );
    const tooLarge = invoke('record-vote', 'x'.repeat(1024 * 1024), { InvocationType: 'Event' });
    expect(await failure(tooLarge)).toBeInstanceOf(RequestTooLargeException);
  });
});
