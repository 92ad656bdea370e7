import type { AnilistId } from "../domain/anime.ts";
import type { AnimeNode } from "../pipeline/ports.ts";

/** Titles that PREQUEL and SEQUEL connect, as far as the limits go. */
export interface Line {
  /** where the walk began */
  readonly root: AnilistId;
  readonly ids: ReadonlySet<AnilistId>;
  readonly isCut: boolean;
}

/** Most titles of one franchise that are looked at; real ones have at most 19. */
export const MAX_TITLES = 60;
/**
 * Six layers outward, and six more: a chain of eleven seasons (they exist) is ten layers long when it is asked from
 * its end, and its list must be the same from there.
 */
const MAX_LAYERS = 12;
/** AniList's page: what is needed soon rides along in a request that is sent anyway. */
const LAYER_SIZE = 50;

const LINE_KINDS = ["PREQUEL", "SEQUEL"] as const;
/** Every other kind (CHARACTER, OTHER, ADAPTATION …) leads out of the franchise. */
const LEAF_KINDS = ["SIDE_STORY", "PARENT", "SUMMARY", "ALTERNATIVE", "SPIN_OFF", "COMPILATION", "CONTAINS"] as const;

type Ask = (ids: readonly AnilistId[]) => Promise<ReadonlyMap<AnilistId, AnimeNode>>;

/** What one lookup has seen of the graph. Nothing is asked twice. */
export class Survey {
  readonly #ask: Ask;
  readonly #nodes = new Map<AnilistId, AnimeNode | null>();

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** @returns undefined for what was not asked or does not exist */
  node(id: AnilistId): AnimeNode | undefined {
    return this.#nodes.get(id) ?? undefined;
  }

  async learn(ids: readonly AnilistId[]): Promise<void> {
    const unknown = [...new Set(ids)].filter((id) => !this.#nodes.has(id));
    if (unknown.length === 0) return;
    const found = await this.#ask(unknown);
    for (const id of unknown) this.#nodes.set(id, found.get(id) ?? null);
  }

  /** Direct relations of these titles that lead to other titles of the franchise, by id. */
  neighbours(ids: Iterable<AnilistId>): readonly AnilistId[] {
    return this.#targets(ids, [...LINE_KINDS, ...LEAF_KINDS]);
  }

  /** PREQUELs and SEQUELs that these titles claim, by id. */
  claims(ids: Iterable<AnilistId>): readonly AnilistId[] {
    return this.#targets(ids, LINE_KINDS);
  }

  /** Walks a line breadth-first from a title that is known. The set is the same from each of its titles unless cut. */
  async line(root: AnilistId): Promise<Line> {
    const ids = new Set([root]);
    let layer: readonly AnilistId[] = [root];
    for (let depth = 0; layer.length > 0; depth++) {
      const claimed = this.claims(layer).filter((id) => !ids.has(id));
      if (claimed.length > 0 && depth === MAX_LAYERS) return { root, ids, isCut: true };
      if (claimed.length > 0) await this.learn([...claimed, ...this.neighbours(layer)].slice(0, LAYER_SIZE));
      const confirmed = claimed.filter((id) => this.#isMutual(id, layer));
      layer = confirmed.slice(0, MAX_TITLES - ids.size);
      for (const id of layer) ids.add(id);
      if (layer.length < confirmed.length) return { root, ids, isCut: true };
    }
    return { root, ids, isCut: false };
  }

  #isMutual(id: AnilistId, layer: readonly AnilistId[]): boolean {
    const node = this.node(id);
    const back = node ? new Set(relatedIds(node, LINE_KINDS)) : new Set();
    return layer.some((other) => back.has(other) && this.claims([other]).includes(id));
  }

  #targets(ids: Iterable<AnilistId>, kinds: readonly string[]): readonly AnilistId[] {
    const targets = [...ids].flatMap((id) => relatedIds(this.node(id), kinds));
    return [...new Set(targets)].sort((a, b) => a - b);
  }
}

export function relatedIds(node: AnimeNode | undefined, kinds: readonly string[]): readonly AnilistId[] {
  return (node?.relations ?? []).flatMap(({ kind, anilistId }) => (kinds.includes(kind) ? anilistId : []));
}
