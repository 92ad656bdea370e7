import type { AnilistId } from "../domain/anime.ts";
import type { Missing } from "../domain/franchise.ts";
import type { OpfindError } from "../errors.ts";
import { missingFor } from "./missing.ts";
import type { AnimeMemory, AnimeNode } from "./ports.ts";

/** One lookup's questions to the anime sources, with what went wrong on the way. */
export class AnimeInquiry {
  readonly #sources: readonly AnimeMemory[];
  readonly #start: AnilistId;
  readonly #failures = new Map<AnimeMemory["name"], OpfindError>();
  readonly #stale = new Set<AnilistId>();
  /** sources that could not tell who the anime itself is */
  readonly #blind = new Set<AnimeMemory["name"]>();

  constructor(sources: readonly AnimeMemory[], start: AnilistId) {
    this.#sources = sources;
    this.#start = start;
  }

  /** What a source does not know, or cannot tell, is asked of the next. @throws OpfindError aborted */
  async ask(ids: readonly AnilistId[], signal: AbortSignal): Promise<ReadonlyMap<AnilistId, AnimeNode>> {
    const nodes = new Map<AnilistId, AnimeNode>();
    for (const source of this.#sources) {
      const wanted = ids.filter((id) => !nodes.has(id));
      if (wanted.length === 0) break;
      const { found, stale, failure } = await source.anime(wanted, signal);
      for (const [id, node] of found) nodes.set(id, node);
      for (const id of stale) this.#stale.add(id);
      if (!failure) continue;
      if (!this.#failures.has(source.name)) this.#failures.set(source.name, failure);
      if (wanted.includes(this.#start) && !found.has(this.#start)) this.#blind.add(source.name);
    }
    return nodes;
  }

  /** ids whose cards are older than their time */
  get stale(): ReadonlySet<AnilistId> {
    return this.#stale;
  }

  /** the first failure of the first source that failed */
  get failure(): OpfindError | null {
    const [failure = null] = this.#failures.values();
    return failure;
  }

  /** One line per source that failed, whether another one stepped in or not. */
  missing(): readonly Missing[] {
    return [...this.#failures].map(([name, failure]) =>
      missingFor(this.#blind.has(name) ? "identity" : "relations", name, failure),
    );
  }
}
