import { connection } from 'next/server';
import { env } from '../../env.ts';

export default async function ResultsPage() {
  await connection();
  return <h1>{env().POLL.question}</h1>;
}
