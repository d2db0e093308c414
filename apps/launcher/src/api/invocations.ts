import type { IncomingMessage, ServerResponse } from 'node:http';
import { serverTimingOf } from '@serverless-vote/contracts/server-timing';
import { continueTrace, traceparentOf } from '@serverless-vote/contracts/trace-context';
import { type ByteBudget, holdWhileOpen, readBody } from '@serverless-vote/http-server/body';
import { ASYNC_EVENT_LIMIT, type AsyncEvents } from '../async/async-events.ts';
import { EVENT_LIMIT, type Invoked, type Invoker } from '../invoke/invoker.ts';
import { LauncherError } from '../model/errors.ts';
import { FUNCTIONS, type Invocation } from '../model/invocation.ts';

/** Results up to this size are not counted against the budget: the number of connections limits them already. */
const SMALL_RESULT = 64 * 1024;
const LOG_TAIL_BYTES = 4096;
const DELAY = 'X-Serverless-Vote-Delay-Seconds';
/** As with SQS. */
const LONGEST_DELAY_SECONDS = 900;

export interface InvokeParts {
  invoker: Invoker;
  /** For events that are being received, and results that are being sent. */
  bodies: ByteBudget;
  /** The largest synchronous event, in bytes. */
  eventLimit?: number;
  /** Without it, asynchronous invocations are refused. */
  asyncEvents?: AsyncEvents;
}

/** Which function an address names, and which version of it. */
export interface Target {
  name: string;
  qualifier: string | undefined;
  /** Which invocations the request may come from, where functions call. */
  callers?: readonly Invocation[];
}

const ADDRESS = new RegExp(`^${FUNCTIONS}/([^/?]+)/invocations/?(?:\\?(.*))?$`);

/** The function that a request to the Invoke API names; undefined for all other requests. */
export function targetOf({ method, url = '' }: IncomingMessage): Target | undefined {
  const [, name, query] = (method === 'POST' && ADDRESS.exec(url)) || [];
  if (name === undefined) return undefined;
  const qualifier = new URLSearchParams(query).get('Qualifier') ?? undefined;
  try {
    return { name: decodeURIComponent(name), qualifier };
  } catch {
    throw new LauncherError('InvalidRequestContentException', 'The request could not be read: its address.');
  }
}

/**
 * AWS Lambda's Invoke API (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html). On Node's request and response, because a
 * framework would add a tenth to the CPU time of a vote.
 */
export function invokeApi({ invoker, bodies, eventLimit = EVENT_LIMIT, asyncEvents }: InvokeParts) {
  return async (request: IncomingMessage, response: ServerResponse, target: Target): Promise<void> => {
    const { name, qualifier, callers } = target;
    const header = (key: string) => request.headers[key]?.toString();
    const trace = continueTrace(header('traceparent'));
    response.setHeader('traceresponse', traceparentOf(trace));
    const type = header('x-amz-invocation-type') ?? 'RequestResponse';
    const delaySeconds = delayIn(header(DELAY.toLowerCase()), type);
    // Content-Type is ignored, as Lambda does.
    const payload = await readBody(request, type === 'Event' ? ASYNC_EVENT_LIMIT : eventLimit, bodies);
    holdWhileOpen(response, payload.length, bodies);
    if (type === 'DryRun') {
      invoker.check(name, payload, qualifier);
      return void response.writeHead(204).end();
    }
    if (type === 'Event' && asyncEvents) {
      const requestId = await asyncEvents.accept(name, payload, { qualifier, trace, delaySeconds });
      return void response.writeHead(202, { 'x-amzn-RequestId': requestId, 'Content-Length': 0 }).end();
    }
    if (type !== 'RequestResponse') {
      const offered = asyncEvents ? 'RequestResponse, Event or DryRun' : 'RequestResponse or DryRun';
      const message = `InvocationType ${JSON.stringify(type)} is not offered here; use ${offered}.`;
      throw new LauncherError('InvalidParameterValueException', message);
    }
    const left = new AbortController();
    response.once('close', () => {
      // What a function that dies has called finishes: it may be half done, and the function will be tried again.
      if (!response.writableFinished && !callers) left.abort();
    });
    const invoked = await invoker.invoke(name, payload, { signal: left.signal, qualifier, trace, callers });
    const { length } = invoked.outcome.payload;
    // The launcher has to keep the result for a caller that reads slowly.
    if (length > SMALL_RESULT) holdWhileOpen(response, length, bodies);
    const headers = await answerHeaders(invoked, header('x-amz-log-type') === 'Tail');
    response.writeHead(200, headers).end(invoked.outcome.payload);
  };
}

function delayIn(header: string | undefined, type: string): number {
  if (header === undefined) return 0;
  if (type === 'Event' && /^\d{1,3}$/.test(header) && Number(header) <= LONGEST_DELAY_SECONDS) return Number(header);
  const what = `whole seconds from 0 to ${LONGEST_DELAY_SECONDS}, and for InvocationType Event`;
  throw new LauncherError('InvalidParameterValueException', `${DELAY} is in ${what}.`);
}

async function answerHeaders(invoked: Invoked, wantsLog: boolean): Promise<Record<string, string | number>> {
  const { outcome, phases, calls } = invoked;
  return {
    'Content-Type': 'application/json',
    'Content-Length': outcome.payload.length,
    'x-amzn-RequestId': invoked.requestId,
    'X-Amz-Executed-Version': '$LATEST',
    'X-Start-Kind': invoked.startKind,
    'X-Container-Id': invoked.containerId,
    'Server-Timing': serverTimingOf(phases, calls),
    ...(outcome.kind === 'function-error' && { 'X-Amz-Function-Error': 'Unhandled' }),
    ...(wantsLog && { 'X-Amz-Log-Result': Buffer.from(await logTail(invoked)).toString('base64') }),
  };
}

/** The end of an invocation's log as Lambda shows it: at most 4 KB, and the last line is the REPORT. */
async function logTail({ requestId, phases, memoryMb, log }: Invoked): Promise<string> {
  const runMs = phases.run ?? 0;
  const initMs = (phases.create ?? 0) + (phases.start ?? 0) + (phases.init ?? 0);
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${runMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(runMs + initMs)} ms`,
    `Memory Size: ${memoryMb} MB`,
    ...(initMs > 0 ? [`Init Duration: ${initMs.toFixed(2)} ms`] : []),
  ];
  const text = `START RequestId: ${requestId} Version: $LATEST\n${await log()}END RequestId: ${requestId}\n${fields.join('\t')}\n`;
  return Buffer.from(text).subarray(-LOG_TAIL_BYTES).toString();
}
