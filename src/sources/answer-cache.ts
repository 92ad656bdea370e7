import { z } from "zod";
import type { AnilistId } from "../domain/anime.ts";
import { OpfindError } from "../errors.ts";
import type { Answer, Clock } from "../pipeline/ports.ts";
import { SharedRequest } from "../shared-request.ts";
import type { Cache, CacheEntry } from "./cache.ts";
import { chunks } from "./chunks.ts";

/** What is asked of one source, and how its answers are kept. */
export interface Subject<Asked, Told> {
  /** first part of the keys: "themes:animethemes" */
  readonly name: string;
  readonly idOf: (asked: Asked) => AnilistId;
  /** how many ids one request to the source carries */
  readonly perRequest: number;
  /** checks what the cache hands back: another version of opfind may have written it */
  readonly shape: z.ZodType<Told>;
  readonly ask: (asked: readonly Asked[], signal: AbortSignal) => Promise<ReadonlyMap<AnilistId, Told>>;
  /** milliseconds for which an answer counts as new; `told` is undefined for "not known there" */
  readonly freshMs: (asked: Asked, told: Told | undefined) => number;
}

/** Old answers are kept this much longer, to be served while their source is down. */
const KEEP_STALE_MS = 30 * 24 * 3_600_000;

const Envelope = z.object({ told: z.unknown(), freshUntil: z.number() });

interface Kept<Told> {
  /** undefined: the source does not know it */
  readonly told: Told | undefined;
  readonly isFresh: boolean;
}

type Found<Told> = ReadonlyMap<AnilistId, Told>;

/** A source behind a cache: one request per id at a time, old answers while it is down, failures never kept. */
export class AnswerCache<Asked, Told> {
  readonly #subject: Subject<Asked, Told>;
  readonly #cache: Cache;
  readonly #clock: Pick<Clock, "now">;
  readonly #requests = new Map<AnilistId, SharedRequest<Found<Told>>>();

  constructor(subject: Subject<Asked, Told>, { cache, clock }: { cache: Cache; clock: Pick<Clock, "now"> }) {
    this.#subject = subject;
    this.#cache = cache;
    this.#clock = clock;
  }

  /** @throws OpfindError aborted */
  async answer(asked: readonly Asked[], signal: AbortSignal): Promise<Answer<Told>> {
    const kept = await this.#recall(asked);
    const due = asked.filter((one) => !kept.get(this.#subject.idOf(one))?.isFresh);
    const { found, failures } = await this.#request(due, signal);
    const stale = new Set<AnilistId>();
    for (const [id, { told, isFresh }] of kept) {
      const isOld = !isFresh && failures.has(id);
      if (told === undefined || !(isFresh || isOld)) continue;
      found.set(id, told);
      if (isOld) stale.add(id);
    }
    const [failure = null] = failures.values();
    return { found, stale, failure };
  }

  async #recall(asked: readonly Asked[]): Promise<ReadonlyMap<AnilistId, Kept<Told>>> {
    const ids = asked.map(this.#subject.idOf);
    const values = await this.#cache.read(ids.map((id) => this.#keyOf(id)));
    return new Map(ids.flatMap((id) => this.#open(id, values.get(this.#keyOf(id)))));
  }

  #open(id: AnilistId, value: unknown): readonly (readonly [AnilistId, Kept<Told>])[] {
    const envelope = Envelope.safeParse(value);
    if (!envelope.success) return [];
    const isFresh = envelope.data.freshUntil > this.#clock.now();
    if (envelope.data.told === null) return [[id, { told: undefined, isFresh }]];
    const told = this.#subject.shape.safeParse(envelope.data.told);
    return told.success ? [[id, { told: told.data, isFresh }]] : [];
  }

  async #request(asked: readonly Asked[], signal: AbortSignal) {
    const found = new Map<AnilistId, Told>();
    const failures = new Map<AnilistId, OpfindError>();
    const joined = [...this.#join(asked)].map(async ([request, ids]) => {
      try {
        const answer = await request.join(signal);
        for (const [id, told] of answer) if (ids.has(id)) found.set(id, told);
      } catch (error) {
        if (!(error instanceof OpfindError) || error.code === "aborted") throw error;
        for (const id of ids) failures.set(id, error);
      }
    });
    await Promise.all(joined);
    return { found, failures };
  }

  /** Requests to wait for with the ids wanted of each: those under way, and new ones for the rest. */
  #join(asked: readonly Asked[]): ReadonlyMap<SharedRequest<Found<Told>>, ReadonlySet<AnilistId>> {
    const { idOf, perRequest } = this.#subject;
    const isUnderWay = (one: Asked) => this.#requests.get(idOf(one))?.isCancelled === false;
    for (const batch of chunks(
      asked.filter((one) => !isUnderWay(one)),
      perRequest,
    ))
      this.#start(batch);
    const joined = new Map<SharedRequest<Found<Told>>, Set<AnilistId>>();
    for (const id of asked.map(idOf)) {
      const request = this.#requests.get(id);
      if (request) joined.set(request, (joined.get(request) ?? new Set()).add(id));
    }
    return joined;
  }

  #start(batch: readonly Asked[]): void {
    const ids = batch.map(this.#subject.idOf);
    const request = new SharedRequest(async (signal) => {
      try {
        const found = await this.#subject.ask(batch, signal);
        await this.#cache.write(batch.map((one) => this.#entry(one, found.get(this.#subject.idOf(one)))));
        return found;
      } finally {
        for (const id of ids) if (this.#requests.get(id) === request) this.#requests.delete(id);
      }
    });
    for (const id of ids) this.#requests.set(id, request);
  }

  #entry(asked: Asked, told: Told | undefined): CacheEntry {
    const freshMs = this.#subject.freshMs(asked, told);
    const value = { told: told ?? null, freshUntil: this.#clock.now() + freshMs };
    const keepMs = told === undefined ? freshMs : freshMs + KEEP_STALE_MS;
    return { key: this.#keyOf(this.#subject.idOf(asked)), value, keepMs };
  }

  #keyOf(id: AnilistId): string {
    return `${this.#subject.name}:${id}`;
  }
}
