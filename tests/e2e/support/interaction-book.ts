import type { Changes } from "./changes.ts";
import type { Json } from "./json.ts";
import type { Channel, Person } from "./world.ts";

/** Discord waits this long for the first answer, and keeps the token this long. */
export const ACKNOWLEDGE_WITHIN_MS = 3_000;
export const TOKEN_LIVES_MS = 15 * 60_000;

/** One interaction, from its delivery to its last follow-up. */
export interface Entry {
  readonly id: string;
  readonly token: string;
  readonly applicationId: string;
  /** Discord's InteractionType */
  readonly type: number;
  /** what was chosen, typed or clicked */
  readonly data: Json;
  readonly person: Person;
  /** the person as Discord's user object */
  readonly user: Json;
  readonly channel: Channel;
  /** installed by the person for themselves, and absent from the guild */
  readonly isUserInstall: boolean;
  /** `performance.now()` when it went out over the gateway, ms */
  readonly deliveredAt: number;
  /** how much older than that a test made it, ms */
  agedMs: number;
  acknowledgedAt: number | null;
  callback: Json | null;
  /** the message that @original stands for */
  originalId: string | null;
  isOriginalEphemeral: boolean;
  readonly followUpIds: string[];
}

/** All interactions, with the clock that decides whether an answer still counts. */
export class InteractionBook {
  readonly #byId = new Map<string, Entry>();
  readonly #byToken = new Map<string, Entry>();
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  get entries(): readonly Entry[] {
    return [...this.#byId.values()];
  }

  add(entry: Entry): void {
    this.#byId.set(entry.id, entry);
    this.#byToken.set(entry.token, entry);
  }

  byId(id: string): Entry | undefined {
    return this.#byId.get(id);
  }

  byToken(token: string): Entry | undefined {
    return this.#byToken.get(token);
  }

  ageMs(entry: Entry, now: number): number {
    return now - entry.deliveredAt + entry.agedMs;
  }

  acknowledge(entry: Entry, callback: Json, at: number): void {
    entry.acknowledgedAt = at;
    entry.callback = callback;
    this.#changes.tell();
  }

  /** From delivery to the first acknowledgement, ms, in the order of delivery; unanswered ones are left out. */
  latenciesMs(): readonly number[] {
    return this.entries.flatMap(({ deliveredAt, acknowledgedAt }) =>
      acknowledgedAt === null ? [] : [acknowledgedAt - deliveredAt],
    );
  }
}
