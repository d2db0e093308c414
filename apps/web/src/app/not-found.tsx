import type { Metadata } from 'next';
import { connection } from 'next/server';
import { Masthead } from './masthead.tsx';

export const metadata: Metadata = { title: 'Not found' };

export default async function NotFound() {
  // Rendered for each request like the other pages, so that its scripts have the request's nonce.
  await connection();
  return (
    <>
      <Masthead />
      <main className="mx-auto w-full max-w-5xl px-5 py-12 sm:px-10">
        <h1 className="font-semibold text-question leading-tight tracking-tight">There is no such page</h1>
        <p className="mt-4 text-lg text-muted">
          It may have been a container.{' '}
          <a href="/" className="text-ink underline underline-offset-4">
            To the vote
          </a>
        </p>
      </main>
    </>
  );
}
