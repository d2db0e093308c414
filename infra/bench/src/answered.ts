import type { Answer } from './http-endpoint.ts';

/** The answer, if it is a success. @throws {Error} with its words, if not */
export function answered(answer: Answer): Answer {
  if (answer.status !== 200 || answer.headers['x-amz-function-error'] !== undefined)
    throw new Error(`Answered ${answer.status}: ${answer.body.slice(0, 200)}`);
  return answer;
}
