import type { NextRequest } from 'next/server';
import { isSameOrigin } from '../same-origin.ts';
import { isPresenter, presenterCookie } from './presenter.ts';

const noStore = { 'cache-control': 'no-store' };

/** A route that only the presenter may use, from our own page. */
export const presenterOnly =
  (work: (request: NextRequest) => Promise<unknown>) =>
  async (request: NextRequest): Promise<Response> => {
    if (
      !isSameOrigin(Object.fromEntries(request.headers)) ||
      !isPresenter(request.cookies.get(presenterCookie())?.value)
    )
      return Response.json({ message: 'Only the presenter may do this' }, { status: 403, headers: noStore });
    try {
      return Response.json(await work(request), { headers: noStore });
    } catch (error) {
      const message = error instanceof Error ? error.message : 'That failed';
      return Response.json({ message }, { status: error instanceof RangeError ? 400 : 503, headers: noStore });
    }
  };
