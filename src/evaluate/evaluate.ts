import pLimit from "p-limit";
import { openArtwork } from "../pipeline/artwork.ts";
import type { Calibration } from "../pipeline/calibration.ts";
import type { Clock, Embedder, PosterStore, RgbImage, VectorIndex, Verifier } from "../pipeline/ports.ts";
import { type LabelledFile, readLabelled, readSplit, readUnlabelled } from "./dataset.ts";
import { compareDoubts } from "./doubts.ts";
import { EDITS, type Edit } from "./edits.ts";
import { fitCalibration, SAME_ARTWORK } from "./fit.ts";
import { buildGallery, type Gallery } from "./gallery.ts";
import { type Latency, measureLatency } from "./latency.ts";
import { type Miss, worstMisses } from "./misses.ts";
import { applyEdit, type Probe, probe } from "./probe.ts";
import { randomOf, sample } from "./random.ts";
import { type Figures, figuresOf, judge } from "./report.ts";

export interface EvaluationPlan {
  readonly gallery: string;
  readonly queries: readonly string[];
  readonly negatives: readonly string[];
  /** asks only about the anime of one part of a split */
  readonly split: { readonly file: string; readonly part: "train" | "dev" | "test" } | null;
  /** queries per folder at most; null asks all */
  readonly sampleSize: number | null;
  readonly seed: number;
  /** what was typed, for the record */
  readonly command: string;
  /** fit a new calibration instead of judging by the given one */
  readonly isFit: boolean;
}

export interface EvaluateDeps {
  readonly embedder: Embedder;
  /** a second network, asked about what is in doubt */
  readonly beside: Embedder | null;
  readonly decode: (bytes: Uint8Array, signal: AbortSignal) => Promise<RgbImage>;
  readonly readFile: (path: string, signal: AbortSignal) => Promise<Uint8Array>;
  readonly openIndex: (dimension: number) => VectorIndex;
  readonly openVerifier: (store: Pick<PosterStore, "image">) => Verifier;
  readonly calibration: Calibration;
  readonly clock: Clock;
  readonly progress: (label: string, total: number) => { update(done: number): void; stop(): void };
}

/** Everything a run found out. Written as JSON it is the machine-readable report. */
export interface Evaluation {
  readonly command: string;
  /** ISO 8601, UTC */
  readonly date: string;
  readonly seed: number;
  readonly modelId: string;
  /** the second network that was asked; null without one */
  readonly besideId: string | null;
  readonly gallery: { readonly folder: string; readonly posters: number; readonly embeddings: number };
  readonly part: string;
  readonly calibration: Calibration;
  readonly figures: Figures;
  readonly latency: readonly Latency[];
  readonly misses: readonly Miss[];
}

/** Edits that pictures of no poster are asked with as well: more would only repeat them. */
const NEGATIVE_EDITS: ReadonlySet<string> = new Set(["clean", "96 px", "JPEG 30", "mirror", "dark"]);

/**
 * Measures the pipeline on a gallery, on edited copies of its posters, on other covers and on pictures that no gallery
 * knows. With `isFit` the calibration is fitted first, and judged by cross-validation over franchises.
 * @throws OpfindError file-missing | manifest-invalid | image-* | embedder-failed | aborted
 */
export async function evaluate(plan: EvaluationPlan, deps: EvaluateDeps, signal: AbortSignal): Promise<Evaluation> {
  const gallery = await openGallery(plan, deps, signal);
  const questions = await readQuestions(plan);
  const asked = await askAll(questions, { plan, gallery, deps }, signal);
  const date = new Date(deps.clock.now()).toISOString();
  const besideId = deps.beside?.modelId ?? null;
  const naming = { modelId: deps.embedder.modelId, besideId, run: runOf(plan, date) };
  const known = plan.isFit ? fitCalibration(asked, naming).calibration : deps.calibration;
  const probes = await comparePoints(asked, { plan, gallery, deps, calibration: known }, signal);
  const fit = plan.isFit ? fitCalibration(probes, naming) : null;
  const calibration = fit?.calibration ?? deps.calibration;
  const judged = probes.map((one, at) => ({ ...judge(one, calibration), ...fit?.answers[at] }));
  const clean = questions.filter(({ edits }) => edits.length > 1).map(({ file }) => file);
  return {
    command: plan.command,
    date,
    seed: plan.seed,
    modelId: deps.embedder.modelId,
    besideId,
    gallery: { folder: gallery.set, posters: gallery.posters, embeddings: gallery.index.size },
    part: plan.split?.part ?? "all",
    calibration,
    figures: figuresOf(judged, calibration),
    latency: await measureLatency(clean, { ...deps, gallery, calibration }, signal),
    misses: await worstMisses(judged, { gallery, seed: plan.seed, read: reader(deps) }, signal),
  };
}

interface Question {
  readonly file: LabelledFile;
  readonly edits: readonly Edit[];
}

async function openGallery(plan: EvaluationPlan, deps: EvaluateDeps, signal: AbortSignal): Promise<Gallery> {
  const files = await readLabelled(plan.gallery);
  const bar = deps.progress("Gallery", files.length);
  try {
    return await buildGallery(files, { ...deps, read: reader(deps), onPoster: (done) => bar.update(done) }, signal);
  } finally {
    bar.stop();
  }
}

async function readQuestions(plan: EvaluationPlan): Promise<readonly Question[]> {
  const split = plan.split && { ids: new Set((await readSplit(plan.split.file))[plan.split.part]) };
  const isAsked = ({ anilistId }: LabelledFile) => anilistId !== null && (split === null || split.ids.has(anilistId));
  const draw = (files: readonly LabelledFile[], folder: string) =>
    plan.sampleSize === null ? files : sample(files, plan.sampleSize, randomOf(`${plan.seed}/${folder}`));
  const known = (edits: readonly Edit[]) => async (folder: string) =>
    draw((await readLabelled(folder)).filter(isAsked), folder).map((file) => ({ file, edits }));
  const foreign = async (folder: string) =>
    draw(await readUnlabelled(folder), folder).map((file) => ({
      file,
      edits: EDITS.filter(({ name }) => NEGATIVE_EDITS.has(name)),
    }));
  const clean = EDITS.filter(({ name }) => name === "clean");
  const others = plan.queries.filter((folder) => folder !== plan.gallery);
  return [
    ...(await known(EDITS)(plan.gallery)),
    ...(await Promise.all(others.map(known(clean)))).flat(),
    ...(await Promise.all(plan.negatives.map(foreign))).flat(),
  ];
}

/** Posters in the small galleries that a fit asks besides the whole one. */
const PART_SIZES = [125, 20];

/** Pictures worked on at a time: one is edited while another is in the network. */
const AT_A_TIME = 3;

async function askAll(
  questions: readonly Question[],
  { plan, gallery, deps }: { plan: EvaluationPlan; gallery: Gallery; deps: EvaluateDeps },
  signal: AbortSignal,
): Promise<readonly Probe[]> {
  const bar = deps.progress("Queries", questions.length);
  const { modelId } = deps.embedder;
  const artwork = openArtwork(gallery, {
    modelId,
    threshold: plan.isFit ? SAME_ARTWORK : deps.calibration.sameArtwork,
  });
  // A calibration must hold for somebody's first twenty posters as well: the same probabilities, whatever the size.
  const sizes = plan.isFit ? PART_SIZES : [];
  const parts = await Promise.all(sizes.map((posters) => gallery.parts(posters, signal)));
  const probing = { gallery, embedder: deps.embedder, beside: deps.beside, artwork, parts };
  let done = 0;
  const ask = async ({ file, edits }: Question): Promise<readonly Probe[]> => {
    signal.throwIfAborted();
    const image = await reader(deps)(file.path, signal);
    const probes: Probe[] = [];
    for (const edit of edits) {
      const edited = await applyEdit(image, edit, { seed: plan.seed, path: file.path });
      probes.push(...(await probe(edited, { file, edit: edit.name }, probing, signal)));
    }
    done += 1;
    bar.update(done);
    return probes;
  };
  try {
    const limit = pLimit(AT_A_TIME);
    return (await Promise.all(questions.map((question) => limit(ask, question)))).flat();
  } finally {
    bar.stop();
  }
}

/** Whatever is in doubt under a calibration is compared point by point, with the gallery's own files. */
async function comparePoints(
  asked: readonly Probe[],
  {
    plan,
    gallery,
    deps,
    calibration,
  }: { plan: EvaluationPlan; gallery: Gallery; deps: EvaluateDeps; calibration: Calibration },
  signal: AbortSignal,
): Promise<readonly Probe[]> {
  const verifier = deps.openVerifier({
    image: async (posterId) => {
      const path = gallery.pathOf(posterId);
      return path === undefined ? null : await deps.readFile(path, signal);
    },
  });
  try {
    const context = { calibration, verifier, seed: plan.seed, read: reader(deps), progress: deps.progress };
    return await compareDoubts(asked, context, signal);
  } finally {
    await verifier.close();
  }
}

function reader({ decode, readFile }: Pick<EvaluateDeps, "decode" | "readFile">) {
  return async (path: string, signal: AbortSignal) => await decode(await readFile(path, signal), signal);
}

function runOf({ command, seed, gallery, queries }: EvaluationPlan, date: string) {
  const names = queries.map((folder) => folder.split("/").at(-1) ?? folder);
  return { command, date, seed, gallery: gallery.split("/").at(-1) ?? gallery, queries: names.join(", ") };
}
