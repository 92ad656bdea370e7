import type { AnilistId, Anime } from "../domain/anime.ts";
import type { Identification } from "../domain/identification.ts";
import { OpfindError } from "../errors.ts";
import { coverUrlOf } from "./add-covers.ts";
import type { DecodedImage } from "./decode.ts";
import type { SongsOf } from "./enrich.ts";
import type { Turn } from "./fair-line.ts";
import type { GallerySearch } from "./gallery-search.ts";
import { type IdentifyDeps, identify } from "./identify.ts";
import { type LearnPosterDeps, learnPoster, type PosterToLearn } from "./learn-poster.ts";
import type { AnimeMemory, PosterStore } from "./ports.ts";
import type { Reindexing } from "./reindexing.ts";
import type { FoundTitles, Resident, ResidentFacts } from "./resident.ts";
import { readTierList, type TierListDeps } from "./tier-list.ts";
import type { WorkQueue } from "./work-queue.ts";

/** What the resident counts; metrics.ts keeps it. */
interface ResidentMeter {
  identified(identification: Identification): void;
}

export interface ResidentDeps {
  /** names pictures */
  readonly recognition: IdentifyDeps & {
    readonly decodeBoard: (bytes: Uint8Array, signal: AbortSignal) => Promise<DecodedImage>;
    readonly meter: ResidentMeter;
  };
  /** keeps posters and makes them searchable */
  readonly gallery: LearnPosterDeps & {
    readonly store: LearnPosterDeps["store"] & Pick<PosterStore, "labels" | "image" | "remove">;
    /** the index takes in what the store has gained or lost */
    readonly follow: () => Promise<void>;
    readonly counts: () => Promise<Pick<ResidentFacts, "posters" | "embeddings">>;
    readonly reindexing: Reindexing;
    readonly search: GallerySearch;
  };
  /** tells about anime */
  readonly sources: {
    readonly songsOf: SongsOf;
    readonly cards: AnimeMemory["anime"];
    /** in the order in which they are asked for a title; the last one is on this machine */
    readonly titles: readonly [Pick<AnimeMemory, "searchTitle">, Pick<AnimeMemory, "searchTitle">];
    readonly cover: (url: string, signal: AbortSignal) => Promise<Uint8Array>;
  };
  readonly queue: WorkQueue;
}

/** Puts the pipeline's stages behind one queue. Searches, labels and titles need no turn: they take milliseconds. */
export function openResident({ recognition, gallery, sources, queue }: ResidentDeps): Resident {
  const learn = (poster: PosterToLearn, turn: Turn, signal: AbortSignal) =>
    queue.run(
      async () => {
        const learned = await learnPoster(poster, gallery, signal);
        await gallery.follow();
        return learned;
      },
      turn,
      signal,
    );
  return {
    ...namesPictures({ recognition, queue }),
    ...tellsOfAnime(sources),
    learn,
    async learnCover(anilistId, turn, signal) {
      const anime = await knownAnime(anilistId, sources.cards, signal);
      const file = coverUrlOf(anime);
      return await learn(
        { bytes: await sources.cover(file, signal), file, anime, source: "anilist", addedBy: null },
        turn,
        signal,
      );
    },
    async forget(posterId) {
      const isGone = await gallery.store.remove(posterId);
      if (isGone) await gallery.follow();
      return isGone;
    },
    labels: async (posterIds, signal) => [...(await gallery.store.labels(posterIds, signal)).values()],
    posterImage: (posterId) => gallery.store.image(posterId),
    reindexing: gallery.reindexing,
    search: gallery.search,
    async facts() {
      const { embedder, index } = recognition;
      const { modelId, dimension, device } = embedder;
      const { depth: waiting, running } = queue;
      return { modelId, dimension, device, indexKind: index.kind, ...(await gallery.counts()), waiting, running };
    },
  };
}

function namesPictures({
  recognition,
  queue,
}: Pick<ResidentDeps, "recognition" | "queue">): Pick<Resident, "identify" | "readTierList"> {
  return {
    identify: (bytes, turn, signal) =>
      queue.run(
        async () => {
          const identification = await identify(bytes, recognition, signal);
          recognition.meter.identified(identification);
          return identification;
        },
        turn,
        signal,
      ),
    readTierList: (bytes, { onProgress = () => {}, ...turn }, signal) =>
      queue.run(
        async () => {
          const image = await recognition.decodeBoard(bytes, signal);
          const deps: TierListDeps = { ...recognition, onProgress };
          return await readTierList(image, deps, signal);
        },
        turn,
        signal,
      ),
  };
}

function tellsOfAnime({
  songsOf,
  cards,
  titles,
}: ResidentDeps["sources"]): Pick<Resident, "songsOf" | "suggest" | "findTitle" | "card"> {
  const [remote, local] = titles;
  return {
    songsOf,
    suggest: (text, limit, signal) => local.searchTitle(text, limit, signal),
    async findTitle(text, limit, signal): Promise<FoundTitles> {
      try {
        return { found: await remote.searchTitle(text, limit, signal), failure: null };
      } catch (failure) {
        if (!(failure instanceof OpfindError) || failure.code === "aborted") throw failure;
        return { found: await local.searchTitle(text, limit, signal), failure };
      }
    },
    card: (anilistId, signal) => cardOf(anilistId, cards, signal),
  };
}

async function cardOf(anilistId: AnilistId, cards: AnimeMemory["anime"], signal: AbortSignal): Promise<Anime | null> {
  const { found, failure } = await cards([anilistId], signal);
  const node = found.get(anilistId);
  if (!node && failure) throw failure;
  return node?.anime ?? null;
}

async function knownAnime(anilistId: AnilistId, cards: AnimeMemory["anime"], signal: AbortSignal): Promise<Anime> {
  const anime = await cardOf(anilistId, cards, signal);
  if (anime) return anime;
  throw new OpfindError("anime-unknown", `AniList knows no anime ${anilistId}.`);
}
