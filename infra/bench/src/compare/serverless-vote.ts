import type Docker from 'dockerode';
import { sandboxKilled } from '../chaos/faults/killed.ts';
import { killProcess } from '../chaos/kill.ts';
import { trial } from '../chaos/trial.ts';
import type { Answer } from '../http-endpoint.ts';
import type { Stack } from '../stack.ts';
import { until } from '../until.ts';
import type { Application, Counted } from './application.ts';

const FORM = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
const BACK_MS = 60_000;

/** Our own stack, as shipped but for its idle timeout. */
export class ServerlessVote implements Application {
  readonly name = 'serverless-vote';
  readonly resultsPort: number;
  readonly #stack: Stack;
  readonly #parts: { docker: Docker; signal: AbortSignal; warmPool: number };

  constructor(stack: Stack, parts: { docker: Docker; signal: AbortSignal; warmPool: number }) {
    this.resultsPort = stack.gatewayPort;
    this.#stack = stack;
    this.#parts = parts;
  }

  vote(choice = 'cats'): Promise<Answer> {
    return this.#stack.gateway.post('/vote', `choice=${choice}`, FORM);
  }

  async ready(): Promise<void> {
    const isReady = (found: Record<string, number>) =>
      (found['record-vote prewarmed'] ?? 0) >= this.#parts.warmPool && (found['web ready'] ?? 0) > 0;
    await this.#stack.settle('prewarmed containers and web are ready', isReady, () => this.#stack.gateway.send('/'));
  }

  idle(): Promise<void> {
    return this.#stack.empty();
  }

  containers(): Promise<Docker.ContainerInfo[]> {
    return this.#stack.containers();
  }

  async counted(): Promise<number> {
    const rows = await this.#stack.sql<{ votes: number }>('select coalesce(sum(votes), 0)::int as votes from tally');
    return rows[0]?.votes ?? Number.NaN;
  }

  async killStore(): Promise<void> {
    await killProcess(await this.#stack.permanent('database'));
    const answers = () =>
      this.counted().then(
        () => true,
        () => false,
      );
    await until('the database is back', answers, { withinMs: BACK_MS, everyMs: 200, signal: this.#parts.signal });
    await this.#stack.healthy();
  }

  /** Under a load of votes, all containers of record-vote are killed while their statements wait for a lock. */
  async killTaker(): Promise<Counted> {
    const { acknowledged, lost, problem } = await trial(sandboxKilled, { stack: this.#stack, ...this.#parts });
    if (problem !== undefined) throw new Error(problem);
    return { acknowledged, lost };
  }

  async restartDatabase(): Promise<void> {
    await (await this.#stack.permanent('database')).restart({ t: 10 });
  }
}
