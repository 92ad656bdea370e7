import { createHash } from "node:crypto";
import type { AnilistId, Anime } from "../domain/anime.ts";
import { type ErrorCode, OpfindError } from "../errors.ts";
import { type Tallied, Tally } from "./import-tally.ts";
import { type LearnDeps, learnPosters, type ReadyPoster } from "./learn-posters.ts";
import type { AnimeMemory, PosterStore } from "./ports.ts";
import type { ResolveDeps } from "./resolve-row.ts";

/** Where official covers come from, as the store spells it. */
const SOURCE = "anilist";
/** As many cards as AniList gives in one request. */
const CARDS_AT_ONCE = 50;
/** Covers come at two a second: with these two seconds' worth the network keeps up, and a stop costs little. */
const BATCH = 4;

/** An anime to learn the official cover of: its AniList id, or a title. */
export type Wish = AnilistId | string;

export interface CoverDeps extends LearnDeps, Pick<ResolveDeps, "resolveTitle" | "franchiseIdOf"> {
  readonly store: LearnDeps["store"] & Pick<PosterStore, "list" | "setSource">;
  readonly cards: AnimeMemory["anime"];
  /** @throws OpfindError url-forbidden | cover-missing | source-… | aborted */
  readonly cover: (url: string, signal: AbortSignal) => Promise<Uint8Array>;
  readonly onProgress: (done: number, total: number, note: string) => void;
}

interface FailedCover {
  /** the title where it is known, else what was asked for */
  readonly anime: string;
  readonly anilistId: AnilistId | null;
  readonly code: ErrorCode;
  readonly message: string;
}

/** A title that may be several anime, or none. */
interface OpenTitle {
  readonly title: string;
  readonly why: string;
  /** one `id: title` per line; empty when there are none */
  readonly candidates: string;
}

export interface CoverSummary extends Tallied<FailedCover, OpenTitle> {
  /** wishes that the limit left for another run */
  readonly left: number;
}

interface CoverRequest {
  readonly wishes: readonly Wish[];
  /** at most so many covers are asked for; anime whose official cover is stored already do not count */
  readonly limit: number;
}

/**
 * Adds the official covers of anime: resolve → card → cover → decode → views → embed → store. What is stored already
 * is neither asked for nor downloaded; one anime that fails does not stop the others.
 * @throws OpfindError embedder-failed | disk-full | store-busy | aborted
 */
export async function addCovers(
  { wishes, limit }: CoverRequest,
  deps: CoverDeps,
  signal: AbortSignal,
): Promise<CoverSummary> {
  const all = [...new Set(wishes)];
  const tally: CoverTally = new Tally(all.length, deps.onProgress);
  const work = { ...deps, tally, seen: await officialCovers(deps) };
  const open = all.filter((wish) => typeof wish === "string" || isNew(wish, work));
  let left = 0;
  for (let from = 0, budget = limit; from < open.length; from += CARDS_AT_ONCE) {
    const batch = open.slice(from, from + CARDS_AT_ONCE);
    const ids = budget > 0 ? await resolveAll(batch, work, signal) : batch;
    left += Math.max(0, ids.length - budget);
    await learnCovers(ids.slice(0, budget).filter(isId), work, signal);
    budget -= Math.min(budget, ids.length);
  }
  return { ...tally.summary(), left };
}

type CoverTally = Tally<FailedCover, OpenTitle>;
type Working = CoverDeps & {
  readonly tally: CoverTally;
  /** official covers that are stored, or wished for earlier in this run */
  readonly seen: Set<AnilistId>;
};

async function officialCovers({ store, embedder }: CoverDeps): Promise<Set<AnilistId>> {
  const seen = new Set<AnilistId>();
  for await (const { source, sha256, anilistId } of store.list()) {
    if (source === SOURCE && (await store.has(sha256, anilistId, embedder.modelId))) seen.add(anilistId);
  }
  return seen;
}

function isId(wish: Wish): wish is AnilistId {
  return typeof wish === "number";
}

/** Counts what is known as known. */
function isNew(id: AnilistId, { seen, tally }: Working): boolean {
  if (!seen.has(id)) return true;
  tally.repeat(`AniList ${id}`);
  return false;
}

/** Titles one after the other: each is a question to AniList. @returns ids that are new, each once */
async function resolveAll(wishes: readonly Wish[], work: Working, signal: AbortSignal): Promise<readonly AnilistId[]> {
  const ids: AnilistId[] = [];
  for (const wish of wishes) {
    const id = isId(wish) ? wish : await resolveTitle(wish, work, signal);
    if (id === null || !isNew(id, work)) continue;
    work.seen.add(id);
    ids.push(id);
  }
  return ids;
}

async function resolveTitle(title: string, deps: Working, signal: AbortSignal): Promise<AnilistId | null> {
  try {
    return await deps.resolveTitle(title, signal);
  } catch (error) {
    const { code, message, details } = asFailure(error);
    const { candidates = "" } = details;
    if (code !== "title-unknown" && code !== "title-ambiguous") {
      return deps.tally.fail(title, { anime: title, anilistId: null, code, message });
    }
    return deps.tally.ask(title, { title, why: message, candidates: String(candidates) });
  }
}

async function learnCovers(ids: readonly AnilistId[], work: Working, signal: AbortSignal): Promise<void> {
  if (ids.length === 0) return;
  const { found, failure } = await work.cards(ids, signal);
  const anime = ids.flatMap((id) => {
    const node = found.get(id);
    if (!node) tallyMissing(id, failure, work);
    return node?.anime ?? [];
  });
  const prepare = (one: Anime) => prepareCover(one, work, signal);
  await learnPosters(anime, { ...work, prepare, batch: BATCH }, signal);
}

function tallyMissing(anilistId: AnilistId, failure: OpfindError | null, { tally }: Working): void {
  const reason = failure ?? new OpfindError("anime-unknown", `AniList knows no anime ${anilistId}.`);
  const { code, message } = reason;
  tally.fail(`AniList ${anilistId}`, { anime: `AniList ${anilistId}`, anilistId, code, message });
}

/** @returns null when there is nothing to embed: stored already, or without a readable cover */
async function prepareCover(anime: Anime, deps: Working, signal: AbortSignal): Promise<ReadyPoster | null> {
  const { anilistId } = anime;
  const title = anime.title.romaji;
  try {
    const file = coverUrlOf(anime);
    const bytes = await deps.cover(file, signal);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    if (await deps.store.has(sha256, anilistId, deps.embedder.modelId)) {
      // The same picture came from elsewhere before: from now on it is known as the official cover.
      await deps.store.setSource(sha256, anilistId, SOURCE);
      return deps.tally.repeat(title);
    }
    const views = deps.galleryViews(await deps.decode(bytes, signal));
    const franchiseId = await deps.franchiseIdOf(anilistId, signal);
    return { name: title, file, source: SOURCE, anime, franchiseId, bytes, sha256, views };
  } catch (error) {
    const { code, message } = asFailure(error);
    return deps.tally.fail(title, { anime: title, anilistId, code, message });
  }
}

/** Anime without a picture share one that says so: it would make them all look alike. @throws OpfindError cover-missing */
export function coverUrlOf({ coverUrl, title }: Anime): string {
  if (coverUrl !== null && !/\/default\.(?:jpe?g|png|webp)$/i.test(coverUrl)) return coverUrl;
  throw new OpfindError("cover-missing", `AniList has no cover of ${title.romaji}.`);
}

/** A failure that ends one item. @throws what ends everything: bugs, and the wish to stop */
function asFailure(error: unknown): OpfindError {
  if (error instanceof OpfindError && error.code !== "aborted") return error;
  throw error;
}
