import type Docker from 'dockerode';
import type { Measured } from '../bench.ts';
import type { Answer } from '../http-endpoint.ts';
import type { OtherLoad } from '../other-load.ts';
import type { ComparePlan } from './plan.ts';

/** A number of acknowledged votes, and how many of them were never counted. */
export interface Counted {
  acknowledged: number;
  lost: number;
}

/** One of the two applications: what voters and viewers see of it, and what the benchmark does to it. */
export interface Application {
  readonly name: 'classic' | 'serverless-vote';
  readonly resultsPort: number;
  /** A vote on the vote page, by a new voter; `choice` as it is in the form. */
  vote(choice?: string): Promise<Answer>;
  /** Starts what has ended; resolves when everything that a vote needs is running, and no vote waits to be counted. */
  ready(): Promise<void>;
  /** Resolves when it is as idle as it gets. */
  idle(): Promise<void>;
  containers(): Promise<Docker.ContainerInfo[]>;
  /** The votes in the database. */
  counted(): Promise<number>;
  /** Kills what stores acknowledged votes with SIGKILL; resolves when it runs again and no vote waits to be counted. */
  killStore(): Promise<void>;
  /** Kills what has taken a vote and has not written it yet. */
  killTaker(): Promise<Counted>;
  restartDatabase(): Promise<void>;
}

/** What every row of the comparison needs. */
export interface Compare {
  plan: ComparePlan;
  signal: AbortSignal;
  docker: Docker;
  progress: (text: string) => void;
  failed: (row: string, why: string) => void;
  otherLoad: OtherLoad;
  measured: Measured;
  /** In the order of the table. */
  applications: readonly [classic: Application, ours: Application];
}
