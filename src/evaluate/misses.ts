import type { Verdict } from "../domain/identification.ts";
import type { RgbImage } from "../pipeline/ports.ts";
import { EDITS } from "./edits.ts";
import type { Gallery } from "./gallery.ts";
import { applyEdit } from "./probe.ts";
import type { Judged } from "./report.ts";
import { jpegDataUri } from "./retouch.ts";

/** An answer that should have been another one, with what was shown and what was answered. */
export interface Miss {
  readonly kind: "wrong anime" | "accepted a stranger" | "not recognised";
  readonly set: string;
  readonly edit: string;
  readonly title: string;
  readonly answered: string;
  readonly verdict: Verdict["kind"];
  readonly probability: number;
  readonly score: number;
  /** small JPEGs as data: URIs; the answer's is null when nothing was answered */
  readonly query: string;
  readonly answer: string | null;
}

const SHOWN_PER_KIND = 16;
const THUMBNAIL_HEIGHT = 150;

/** The worst of each kind: the surest wrong answers first, the least sure right ones for what was not recognised. */
export async function worstMisses(
  judged: readonly Judged[],
  context: {
    readonly gallery: Gallery;
    readonly seed: number;
    readonly read: (path: string, signal: AbortSignal) => Promise<RgbImage>;
  },
  signal: AbortSignal,
): Promise<readonly Miss[]> {
  const surest = [...judged].sort((a, b) => b.probability - a.probability);
  const misses: Miss[] = [];
  for (const kind of ["wrong anime", "accepted a stranger", "not recognised"] as const) {
    const ordered = kind === "not recognised" ? [...surest].reverse() : surest;
    const worst = ordered.filter((one) => kindOf(one) === kind).slice(0, SHOWN_PER_KIND);
    for (const one of worst) misses.push(await show(one, { ...context, kind }, signal));
  }
  return misses;
}

/** Another artwork of an anime may well be unknown: only the gallery's own posters have to be recognised. */
function kindOf({ probe, verdict, isRight }: Judged): Miss["kind"] | null {
  if (probe.kind !== "known") return verdict.kind === "unknown" ? null : "accepted a stranger";
  if (!isRight && verdict.kind !== "unknown") return "wrong anime";
  return verdict.kind !== "match" && probe.file.set === probe.gallerySet ? "not recognised" : null;
}

async function show(
  { probe, verdict, probability }: Judged,
  { gallery, seed, read, kind }: Parameters<typeof worstMisses>[1] & { readonly kind: Miss["kind"] },
  signal: AbortSignal,
): Promise<Miss> {
  const edit = EDITS.find(({ name }) => name === probe.edit);
  if (!edit) throw new RangeError(`There is no edit "${probe.edit}".`);
  const { path, set, title } = probe.file;
  const [best] = verdict.candidates;
  const answered = best && gallery.pathOf(best.posterId);
  return {
    kind,
    set,
    edit: probe.kind === "held-out" ? `${probe.edit}, taken out` : probe.edit,
    title,
    answered: best?.title ?? "nothing",
    verdict: verdict.kind,
    probability,
    score: best?.score ?? 0,
    query: await jpegDataUri(await applyEdit(await read(path, signal), edit, { seed, path }), THUMBNAIL_HEIGHT),
    answer: answered ? await jpegDataUri(await read(answered, signal), THUMBNAIL_HEIGHT) : null,
  };
}
