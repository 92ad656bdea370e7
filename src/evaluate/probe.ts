import type { AnilistId } from "../domain/anime.ts";
import type { PosterId } from "../domain/poster.ts";
import type { Artwork } from "../pipeline/artwork.ts";
import { isBlankQuery } from "../pipeline/blank.ts";
import { describe, type Features } from "../pipeline/features.ts";
import { franchiseOf, type Ranking } from "../pipeline/group.ts";
import { rank } from "../pipeline/identify.ts";
import type { Embedder, RgbImage } from "../pipeline/ports.ts";
import { type PosterScores, searchViews } from "../pipeline/search.ts";
import { queryViews } from "../pipeline/views.ts";
import type { LabelledFile } from "./dataset.ts";
import type { Edit } from "./edits.ts";
import type { Gallery } from "./gallery.ts";
import { randomOf } from "./random.ts";

/** "known": its anime is in the gallery. "held-out": asked as if its franchise were not. "negative": no poster at all. */
export type ProbeKind = "known" | "held-out" | "negative";

/** What one stage of the pipeline found for one query. */
export interface StageTrace {
  readonly ranking: Ranking;
  /** of the leader; undefined when nothing was found */
  readonly features: Features | undefined;
  /** 0-based place of the right anime, or of the artwork it shares; -1 when it is not among those found */
  readonly place: number;
  /** the leader belongs to the right franchise */
  readonly isRightFranchise: boolean;
}

/** One query, asked: what the fit and the report are made from. */
export interface Probe {
  readonly kind: ProbeKind;
  readonly file: LabelledFile;
  readonly edit: string;
  /** the set that the gallery was built from */
  readonly gallerySet: string;
  /** for splitting by franchise: equal for all files of one story */
  readonly group: string;
  readonly size: { readonly width: number; readonly height: number };
  readonly first: StageTrace;
  readonly all: StageTrace;
}

export interface ProbeDeps {
  readonly gallery: Gallery;
  readonly embedder: Embedder;
  readonly artwork: Artwork;
  readonly typicalBackground: number;
}

/**
 * Asks one edited picture: once as it is and, when its anime is in the gallery, once more with the whole franchise
 * taken out, which costs no second network run.
 */
export async function probe(
  image: RgbImage,
  { file, edit }: { file: LabelledFile; edit: string },
  deps: ProbeDeps,
  signal: AbortSignal,
): Promise<readonly Probe[]> {
  const views = queryViews(image);
  const size = views.first.image;
  const pictures = isBlankQuery(size) ? [] : [views.first, ...views.further()].map((view) => view.image);
  const scores = await searchViews(deps.gallery.index, await deps.embedder.embed(pictures, signal), signal);
  const franchise = file.anilistId === null ? undefined : deps.gallery.franchiseOfAnime(file.anilistId);
  const group = franchise ?? franchiseOf({ franchiseId: null, title: file.title, anilistId: file.anilistId ?? 0 });
  const ask = (kind: ProbeKind, seen: readonly PosterScores[]): Probe => {
    const trace = (part: readonly PosterScores[]) => traceStage(part, { file, franchise, size }, deps);
    return {
      kind,
      file,
      edit,
      gallerySet: deps.gallery.set,
      group,
      size: { width: size.width, height: size.height },
      first: trace(seen.slice(0, 1)),
      all: trace(seen),
    };
  };
  if (franchise === undefined) return [ask("negative", scores)];
  return [
    ask("known", scores),
    ask(
      "held-out",
      scores.map((view) => without(view, franchise, deps.gallery)),
    ),
  ];
}

/** The picture that a query and an edit make, the same in every run with this seed. */
export async function applyEdit(image: RgbImage, edit: Edit, { seed, path }: { seed: number; path: string }) {
  return await edit.apply(image, randomOf(`${seed}/${edit.name}/${path.split("/").slice(-2).join("/")}`));
}

function traceStage(
  scores: readonly PosterScores[],
  { file, franchise, size }: { file: LabelledFile; franchise: string | undefined; size: RgbImage },
  { gallery, artwork, typicalBackground }: ProbeDeps,
): StageTrace {
  const ranking = rank(scores, { store: gallery, artwork });
  const [leader] = ranking.anime;
  return {
    ranking: compact(ranking),
    features: leader && describe(ranking, { place: 0, size, typicalBackground }),
    place: ranking.anime.findIndex(({ anilistId, sameArtwork: same }) => names(file.anilistId, [anilistId, ...same])),
    isRightFranchise: leader !== undefined && leader.franchise === franchise,
  };
}

/** What the decision looks at, and no more: a run keeps tens of thousands of these. */
function compact({ anime, leaders, others }: Ranking): Ranking {
  return { anime: anime.slice(0, 12), leaders, others: others.slice(0, 24) };
}

function names(wanted: AnilistId | null, ids: readonly AnilistId[]): boolean {
  return wanted !== null && ids.includes(wanted);
}

function without(view: PosterScores, franchise: string, gallery: Gallery): PosterScores {
  const labels = gallery.labels([...view.keys()]);
  const isKept = (posterId: PosterId) => {
    const label = labels.get(posterId);
    return label !== undefined && franchiseOf(label) !== franchise;
  };
  return new Map([...view].filter(([posterId]) => isKept(posterId)));
}
