import type { AnilistId } from "../domain/anime.ts";
import type { PosterId } from "../domain/poster.ts";
import type { Artwork } from "../pipeline/artwork.ts";
import { rankBeside } from "../pipeline/beside.ts";
import { isBlankQuery } from "../pipeline/blank.ts";
import { franchiseOf, type RankedAnime, type Ranking } from "../pipeline/group.ts";
import { rank } from "../pipeline/identify.ts";
import type { Embedder, Embedding, RgbImage } from "../pipeline/ports.ts";
import { type PosterScores, searchViews } from "../pipeline/search.ts";
import { secondScores } from "../pipeline/second-network.ts";
import { toCompare } from "../pipeline/verified.ts";
import { queryViews } from "../pipeline/views.ts";
import type { LabelledFile } from "./dataset.ts";
import type { Edit } from "./edits.ts";
import type { Gallery } from "./gallery.ts";
import { pick, randomOf } from "./random.ts";

/** "known": its anime is in the gallery. "held-out": asked as if its franchise were not. "negative": no poster at all. */
export type ProbeKind = "known" | "held-out" | "negative";

/** What one stage of the pipeline found for one query. */
export interface StageTrace {
  readonly ranking: Ranking;
  /** 0-based place of the right anime, or of the artwork it shares; -1 when it is not among those found */
  readonly place: number;
}

/** One query, asked: what the fit and the report are made from. */
export interface Probe {
  readonly kind: ProbeKind;
  readonly file: LabelledFile;
  readonly edit: string;
  /** the set that the gallery was built from */
  readonly gallerySet: string;
  /** embeddings in the gallery that was asked */
  readonly embeddings: number;
  /** the whole gallery was asked, not a small part of it */
  readonly isWhole: boolean;
  /** for splitting by franchise: equal for all files of one story */
  readonly group: string;
  readonly size: { readonly width: number; readonly height: number };
  readonly first: StageTrace;
  readonly all: StageTrace;
  /** the ranking of all views with what a second network says; null without one */
  readonly asked: Ranking | null;
  /** after comparing points; absent where the answer of all views was in no doubt, or had nothing to compare */
  readonly verified?: StageTrace;
  /** after asking a second network as well; absent likewise, and where that one knows nothing of the leader */
  readonly beside?: StageTrace;
}

export interface ProbeDeps {
  readonly gallery: Gallery;
  readonly embedder: Embedder;
  /** a second network, where the galleries have one */
  readonly beside: Embedder | null;
  readonly artwork: Artwork;
  /** parts of the gallery that are asked as if they were all of it; each poster is in one part of a kind */
  readonly parts: readonly (readonly Gallery[])[];
}

/**
 * Asks one edited picture: once as it is and, when its anime is in the gallery, once more with the whole franchise
 * taken out; the same in a part of the gallery of each kind. All of it costs one run of each network.
 */
export async function probe(
  image: RgbImage,
  { file, edit }: { file: LabelledFile; edit: string },
  deps: ProbeDeps,
  signal: AbortSignal,
): Promise<readonly Probe[]> {
  const views = queryViews(image);
  const size = { width: views.first.image.width, height: views.first.image.height };
  const pictures = isBlankQuery(views.first.image) ? [] : [views.first, ...views.further()].map((view) => view.image);
  const embeddings = await deps.embedder.embed(pictures, signal);
  const [second = null] = (await deps.beside?.embed(pictures.slice(0, 1), signal)) ?? [];
  const galleries = [deps.gallery, ...deps.parts.map((parts) => partFor(file, parts))];
  const probes: Probe[] = [];
  for (const gallery of galleries) {
    const scores = await searchViews(gallery.index, embeddings, signal);
    const asked = { file, edit, size, isWhole: gallery === deps.gallery };
    probes.push(...(await askGallery(scores, asked, { gallery, artwork: deps.artwork, second, signal })));
  }
  return probes;
}

/** The part that holds the anime of a file; for strangers one that depends on their path. */
function partFor({ anilistId, path }: LabelledFile, parts: readonly Gallery[]): Gallery {
  const own = anilistId === null ? undefined : parts.find((part) => part.franchiseOfAnime(anilistId) !== undefined);
  return own ?? pick(parts, randomOf(path));
}

interface Asking extends Pick<ProbeDeps, "gallery" | "artwork"> {
  /** what the second network sees of the query */
  readonly second: Embedding | null;
  readonly signal: AbortSignal;
}

async function askGallery(
  scores: readonly PosterScores[],
  asked: Pick<Probe, "file" | "edit" | "size" | "isWhole">,
  { gallery, artwork, second, signal }: Asking,
): Promise<readonly Probe[]> {
  const { anilistId, title } = asked.file;
  const franchise = anilistId === null ? undefined : gallery.franchiseOfAnime(anilistId);
  const group = franchise ?? franchiseOf({ franchiseId: null, title, anilistId: anilistId ?? 0 });
  const facts = { ...asked, gallerySet: gallery.set, embeddings: gallery.index.size, group };
  const ask = async (kind: ProbeKind, visible: (view: PosterScores) => Promise<PosterScores>): Promise<Probe> => {
    const seen = await Promise.all(scores.map(visible));
    const rankOf = (views: readonly PosterScores[]) => rank(views, { store: gallery, artwork }, signal);
    const [first, all] = [await rankOf(seen.slice(0, 1)), await rankOf(seen)];
    const withSecond = second && (await askSecond(all, second, { gallery, visible, signal }));
    return { kind, ...facts, first: trace(first, anilistId), all: trace(all, anilistId), asked: withSecond };
  };
  if (franchise === undefined) return [await ask("negative", async (view) => view)];
  return [await ask("known", async (view) => view), await ask("held-out", (view) => without(view, franchise, gallery))];
}

interface SecondAsking extends Pick<Asking, "gallery" | "signal"> {
  readonly visible: (scores: PosterScores) => Promise<PosterScores>;
}

async function askSecond(ranking: Ranking, embedding: Embedding, { gallery, visible, signal }: SecondAsking) {
  if (!gallery.beside) return null;
  const { index, embeddingsOf } = gallery.beside;
  const scores = await secondScores(embedding, toCompare(ranking), { index, embeddingsOf, signal });
  return compact(await rankBeside(ranking, await visible(scores), { store: gallery, signal }));
}

/** The picture that a query and an edit make, the same in every run with this seed. */
export async function applyEdit(image: RgbImage, edit: Edit, { seed, path }: { seed: number; path: string }) {
  return await edit.apply(image, randomOf(`${seed}/${edit.name}/${path.split("/").slice(-2).join("/")}`));
}

function trace(ranking: Ranking, wanted: AnilistId | null): StageTrace {
  return { ranking: compact(ranking), place: placeOf(wanted, ranking.anime) };
}

/** 0-based place of an anime, or of the artwork it shares; -1 when it is not there. */
export function placeOf(wanted: AnilistId | null, anime: readonly Pick<RankedAnime, "anilistId" | "sameArtwork">[]) {
  return wanted === null
    ? -1
    : anime.findIndex(({ anilistId, sameArtwork: same }) => [anilistId, ...same].includes(wanted));
}

/** What the decision looks at, and no more: a run keeps tens of thousands of these. */
function compact({ anime, leaders, others }: Ranking): Ranking {
  return { anime: anime.slice(0, 12), leaders, others: others.slice(0, 24) };
}

async function without(view: PosterScores, franchise: string, gallery: Gallery): Promise<PosterScores> {
  const labels = await gallery.labels([...view.keys()]);
  const isKept = (posterId: PosterId) => {
    const label = labels.get(posterId);
    return label !== undefined && franchiseOf(label) !== franchise;
  };
  return new Map([...view].filter(([posterId]) => isKept(posterId)));
}
