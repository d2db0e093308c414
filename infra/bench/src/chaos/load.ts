import { randomUUID } from 'node:crypto';
import type { Answer } from '../http-endpoint.ts';

import { until } from '../until.ts';
import type { VotingStack } from '../voting-stack.ts';
import { Ledger, type Voter } from './ledger.ts';

/** The interval between two votes, which go to the vote page and the Invoke API in turns. */
const EVERY_MS = 20;
/** The limit of unanswered votes per endpoint; at the limit the load waits. */
const OUTSTANDING = 90;
const CHOICES = ['cats', 'dogs'];
const FORM = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
const SIGNED_VOTER = /voter-[^=]*=([\da-f-]{36})\.[^;]*/;

type EndpointName = 'page' | 'invoke';

interface Post {
  outstanding: number;
  /** Voters whose last vote was answered: every other vote is a change of mind by one of them. */
  returning: Voter[];
  sent: number;
  /** When (Date.now) the acknowledged votes were sent and answered. */
  good: { sentAt: number; answeredAt: number }[];
}

/** A steady load of votes, whatever happens to the system. A vote that wasn't acknowledged is not resent. */
export class Load {
  readonly ledger = new Ledger();
  readonly #stack: VotingStack;
  readonly #posts: Record<EndpointName, Post> = { page: newPost(), invoke: newPost() };
  readonly #under = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(stack: VotingStack) {
    this.#stack = stack;
  }

  start(): void {
    let turn = 0;
    this.#timer = setInterval(() => {
      turn += 1;
      this.#send(turn % 2 === 0 ? 'page' : 'invoke');
    }, EVERY_MS);
  }

  /** Stops sending; resolves when every vote was answered or has failed. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    while (this.#under.size > 0) await Promise.all(this.#under);
  }

  /** Votes in flight. */
  get outstanding(): number {
    return this.#posts.page.outstanding + this.#posts.invoke.outstanding;
  }

  get sent(): number {
    return this.#posts.page.sent + this.#posts.invoke.sent;
  }

  /**
   * Waits until both endpoints have acknowledged a vote that was sent after `since` (Date.now).
   * @returns the time from `since` to the later of the two answers, in milliseconds
   */
  async goodAnswerAfter(since: number, withinMs: number, signal: AbortSignal): Promise<number> {
    const firstAt = ({ good }: Post) => good.find(({ sentAt }) => sentAt >= since)?.answeredAt;
    const firsts = () => Object.values(this.#posts).map(firstAt);
    await until('the next good answer', () => !firsts().includes(undefined), { withinMs, everyMs: 10, signal });
    return Math.max(...firsts().map((at) => (at ?? 0) - since));
  }

  #send(endpoint: EndpointName): void {
    const post = this.#posts[endpoint];
    if (post.outstanding >= OUTSTANDING) return;
    post.sent += 1;
    const voter = (post.sent % 2 === 0 ? post.returning.shift() : undefined) ?? newVoter(endpoint);
    const vote = this.#vote(endpoint, post, voter).finally(() => this.#under.delete(vote));
    this.#under.add(vote);
  }

  async #vote(endpoint: EndpointName, post: Post, voter: Voter): Promise<void> {
    const choice = CHOICES[voter.attempts.length % CHOICES.length] ?? '';
    const acknowledged = this.ledger.attempt(voter, choice);
    const sentAt = Date.now();
    post.outstanding += 1;
    try {
      const answer = await (endpoint === 'page'
        ? this.#throughPage(voter, choice)
        : this.#throughInvoke(voter, choice));
      if (answer.status !== 200 || answer.headers['x-amz-function-error'] !== undefined) return;
      acknowledged();
      post.good.push({ sentAt, answeredAt: Date.now() });
    } catch {
      // No answer, so nothing was promised.
    } finally {
      post.outstanding -= 1;
      // A voter without an answer from the page has no cookie, and would be another voter next time.
      if (voter.id !== undefined) post.returning.push(voter);
    }
  }

  #throughInvoke(voter: Voter, choice: string): Promise<Answer> {
    return this.#stack.invoke('record-vote', { voterId: voter.id, choice });
  }

  async #throughPage(voter: Voter, choice: string): Promise<Answer> {
    const cookie = voter.cookie === undefined ? {} : { cookie: voter.cookie };
    const answer = await this.#stack.gateway.post('/vote', `choice=${choice}`, { ...FORM, ...cookie });
    const [signed, id] = SIGNED_VOTER.exec(String(answer.headers['set-cookie'] ?? '')) ?? [];
    voter.cookie ??= signed;
    voter.id ??= id;
    if (answer.status === 200 && voter.id === undefined) throw new Error('The page did not say who voted.');
    return answer;
  }
}

const newPost = (): Post => ({ outstanding: 0, returning: [], sent: 0, good: [] });
const newVoter = (endpoint: EndpointName): Voter => ({
  id: endpoint === 'invoke' ? randomUUID() : undefined,
  cookie: undefined,
  attempts: [],
});
