/**
 * Which applications' users, groups and rooms can be seen from which. V2 connects users of different applications. On one gateway the
 * applications may have unrelated owners, so the operator has to allow each pair.
 */
import type { Apps } from '../config.js';

/** Two applications, by appkey. The link goes both ways. */
export type AppLink = readonly [appkey: string, other: string];

export class AppLinks {
  readonly #links: ReadonlySet<string>;

  /** @throws for a link of an application that is not served */
  constructor(
    private readonly apps: Apps,
    links: readonly AppLink[],
  ) {
    for (const appkey of links.flat()) {
      if (!apps.has(appkey)) throw new Error(`--link names an application that is not served: ${appkey}`);
    }
    this.#links = new Set(links.flatMap(([one, other]) => [pair(one, other), pair(other, one)]));
  }

  /** Whether somebody of `own` may know of what there is in `other`. Of an application that is not here there is nothing to know. */
  reaches(own: string, other: string): boolean {
    return this.apps.has(other) && (own === other || this.#links.has(pair(own, other)));
  }
}

const pair = (one: string, other: string): string => JSON.stringify([one, other]);
