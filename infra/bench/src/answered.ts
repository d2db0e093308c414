import type { Answer } from './http-endpoint.ts';

/** Returns a successful answer. @throws {Error} with the answer's text otherwise */
export function answered(answer: Answer): Answer {
  if (answer.status !== 200 || answer.headers['x-amz-function-error'] !== undefined)
    throw new Error(`Answered ${answer.status}: ${answer.body.slice(0, 200)}`);
  return answer;
}
