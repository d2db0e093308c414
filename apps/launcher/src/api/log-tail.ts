import type { Invoked } from '../invoke/invoker.ts';

const TAIL_BYTES = 4096;

/** The end of an invocation's log as Lambda shows it: at most 4 KB, and the last line is the REPORT. */
export async function logTail(invoked: Invoked, memoryMb: number): Promise<string> {
  const { requestId, phases } = invoked;
  const runMs = phases.run ?? 0;
  const initMs = (phases.create ?? 0) + (phases.start ?? 0) + (phases.init ?? 0);
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${runMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(runMs + initMs)} ms`,
    `Memory Size: ${memoryMb} MB`,
    ...(initMs > 0 ? [`Init Duration: ${initMs.toFixed(2)} ms`] : []),
  ];
  const text = `START RequestId: ${requestId} Version: $LATEST\n${await invoked.log()}END RequestId: ${requestId}\n${fields.join('\t')}\n`;
  return Buffer.from(text).subarray(-TAIL_BYTES).toString();
}
