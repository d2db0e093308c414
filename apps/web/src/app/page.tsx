import { cookies } from 'next/headers';
import { env } from '../env.ts';
import { receiptCookie, receiptFrom, voterCookie, voterFrom } from '../voter.ts';

export default async function VotePage() {
  const jar = await cookies();
  const receipt = receiptFrom(jar.get(receiptCookie())?.value, voterFrom(jar.get(voterCookie())?.value));
  return (
    <form action="/vote" method="post">
      <h1>{env().POLL.question}</h1>
      {env().POLL.options.map(({ id, label }) => (
        <button type="submit" key={id} name="choice" value={id} aria-pressed={receipt?.choice === id}>
          {label}
        </button>
      ))}
    </form>
  );
}
