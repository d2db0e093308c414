import type { NextRequest } from 'next/server';
import { InvocationError } from '../invocation-error.ts';
import { isSameOrigin } from '../same-origin.ts';
import { isPresenter, presenterCookie } from './presenter.ts';

const noStore = { 'cache-control': 'no-store' };

/** A route that only the presenter may use, from our own page. What `work` returns is the answer, or becomes one in JSON. */
export const presenterOnly =
  (work: (request: NextRequest) => Promise<unknown>) =>
  async (request: NextRequest): Promise<Response> => {
    if (
      !isSameOrigin(Object.fromEntries(request.headers)) ||
      !isPresenter(request.cookies.get(presenterCookie())?.value)
    )
      return Response.json({ message: 'Only the presenter may do this' }, { status: 403, headers: noStore });
    try {
      const answer = await work(request);
      return answer instanceof Response ? answer : Response.json(answer, { headers: noStore });
    } catch (error) {
      return Response.json({ message: adviceOn(error) }, { status: statusFor(error), headers: noStore });
    }
  };

function statusFor(error: unknown): number {
  if (error instanceof RangeError) return 400;
  return error instanceof InvocationError && error.kind === 'refused' ? 409 : 503;
}

/** What went wrong, and what the presenter can do. */
function adviceOn(error: unknown): string {
  if (!(error instanceof Error)) return 'That failed. Try again';
  if (!(error instanceof InvocationError)) return error.message;
  switch (error.kind) {
    case 'busy':
      return `Too much is going on at once. Try again in ${error.retryAfter ?? '2'} s`;
    case 'unavailable':
      return 'The launcher or its database is away. Try again in a moment';
    default:
      return error.message;
  }
}
