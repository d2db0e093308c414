import { label } from '@serverless-vote/contracts/labels';
import type Docker from 'dockerode';
import type { ServiceDescription } from './service-spec.ts';

type Described = ServiceDescription | Docker.ServiceSpec;

/*
 *             a task comes up                 a new image
 *  ordered ─────────────────────▶ proven ─────────────────────▶ ordered
 *     ▲                                                            │
 *     └────────── the proven one again, this one refused ◀─────────┘ no task comes up
 */

/** Chooses a service's spec: the newest, or the last one that worked if the newest one's tasks did not start. */
export class ImageRollout {
  /** The spec that Swarm was last given. */
  ordered: Described | undefined;
  #proven: Described | undefined;
  #refused: string | undefined;

  static isSame(one: Described, other: Described): boolean {
    return digestOf(one) === digestOf(other);
  }

  choose(newest: ServiceDescription): ServiceDescription {
    return digestOf(newest) === this.#refused && this.#proven ? (this.#proven as ServiceDescription) : newest;
  }

  /** A task with this image has started. */
  cameUp(image: string): void {
    if (imageOf(this.ordered) === image) this.#proven = this.ordered;
  }

  /** Falls back to the spec that worked. @returns whether there is one */
  goBack(): boolean {
    if (!this.#proven || digestOf(this.ordered) === digestOf(this.#proven)) return false;
    this.#refused = digestOf(this.ordered);
    return true;
  }
}

const digestOf = (spec: Described | undefined): string | undefined => spec?.Labels?.[label('spec')];

function imageOf(spec: Described | undefined): string | undefined {
  return (spec?.TaskTemplate as { ContainerSpec?: { Image?: string } } | undefined)?.ContainerSpec?.Image;
}
