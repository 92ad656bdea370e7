import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command, Option } from "commander";
import { OpfindError } from "../errors.ts";
import { type EvaluateDeps, type Evaluation, type EvaluationPlan, evaluate } from "../evaluate/evaluate.ts";
import { drawPlots } from "../evaluate/plots.ts";
import { FlatIndex } from "../index/flat-index.ts";
import { knowsBeside } from "../pipeline/calibration.ts";
import type { Embedder } from "../pipeline/ports.ts";
import { readImageFile } from "../pipeline/read-image-file.ts";
import { openVerifier } from "../pipeline/verify.ts";
import { presentEvaluationPage, presentEvaluationText } from "../presenters/evaluation-report.ts";
import type { Output, VerbContext } from "./verb.ts";

/** What of wire.ts evaluate opens: the network and its calibration, no store and no index. */
export interface EvaluateWire {
  openRecogniser(context: VerbContext): Promise<Recogniser>;
}

type Recogniser = Pick<EvaluateDeps, "embedder" | "decode" | "calibration"> & {
  readonly besideEmbedder: EvaluateDeps["beside"];
  close(): Promise<void>;
};

interface Options {
  readonly gallery: string;
  readonly queries: readonly string[];
  readonly negatives: readonly string[];
  readonly split?: string;
  readonly part: "train" | "dev" | "test" | "all";
  readonly sample?: number;
  readonly seed: number;
  readonly fit?: string;
  readonly out?: string;
  readonly json?: true;
}

/** `opfind evaluate`: measures recognition on folders of labelled posters, and with --fit calibrates it. */
export function evaluateVerb(context: VerbContext, wire: EvaluateWire): Command {
  return new Command("evaluate")
    .requiredOption("--gallery <dir>", "posters with a manifest.json: what is known, and asked about after edits")
    .option("--queries <dir...>", "more posters with a manifest.json: other covers of the same anime", [])
    .option("--negatives <dir...>", "pictures that no gallery knows", [])
    .option("--split <file>", "JSON with AniList ids by part: train, dev, test")
    .addOption(
      new Option("--part <part>", "ask only about this part").choices(["train", "dev", "test", "all"]).default("all"),
    )
    .option("--sample <n>", "at most so many pictures per folder", wholeNumber("--sample"))
    .option("--seed <n>", "draws edits and samples", wholeNumber("--seed"), 1)
    .option("--fit <file>", "fit a calibration, judge by it across folds, and write it to this file")
    .option("--out <dir>", "write report.json and report.html here")
    .option("--json", "the report as one JSON object on stdout")
    .action(async (options: Options) => run(options, { context, wire }));
}

async function run(
  options: Options,
  { context, wire }: { readonly context: VerbContext; readonly wire: EvaluateWire },
): Promise<void> {
  const { output, signal } = context;
  const recogniser = await wire.openRecogniser(context);
  try {
    const beside = askedBeside(recogniser, options, output);
    const evaluation = await evaluate(planOf(options, beside), depsOf({ ...recogniser, beside }, context), signal);
    if (options.fit) await writeFile(options.fit, `${JSON.stringify(evaluation.calibration, null, 2)}\n`);
    if (options.out) await writeReport(options.out, evaluation);
    if (options.json) output.json({ ...evaluation, misses: evaluation.misses.map(withoutPictures) });
    else output.line(presentEvaluationText(evaluation));
  } finally {
    await recogniser.close();
  }
}

/** A second network is asked where the calibration knows it, and where one that shall know it is fitted. */
function askedBeside(
  { besideEmbedder: beside, calibration }: Recogniser,
  { fit }: Options,
  output: Output,
): EvaluateDeps["beside"] {
  if (!beside || fit || knowsBeside(calibration, beside.modelId)) return beside;
  output.note(`${beside.modelId} is not asked: the calibration does not know it; --fit FILE makes one that does.`);
  return null;
}

function planOf(options: Options, beside: EvaluateDeps["beside"]): EvaluationPlan {
  const { gallery, queries, negatives, split, part, sample, seed, fit } = options;
  if (part !== "all" && !split) throw new OpfindError("usage", `--part ${part} needs --split FILE.`);
  return {
    gallery,
    queries,
    negatives,
    split: part === "all" || !split ? null : { file: split, part },
    sampleSize: sample ?? null,
    seed,
    command: `${beside ? `OPFIND_MODEL_BESIDE=${nameOf(beside)} ` : ""}${commandOf(options)}`,
    isFit: fit !== undefined,
  };
}

/** As the setting names it. */
function nameOf({ modelId }: Pick<Embedder, "modelId">): string {
  return modelId.split("@")[0] ?? modelId;
}

/** The command for the record, with folders by their names only: paths of one machine say nothing elsewhere. */
function commandOf({ gallery, queries, negatives, part, sample, seed, fit }: Options): string {
  const name = (path: string) => path.split("/").filter(Boolean).at(-1) ?? path;
  return [
    `opfind evaluate --gallery ${name(gallery)}`,
    ...(queries.length > 0 ? ["--queries", ...queries.map(name)] : []),
    ...(negatives.length > 0 ? ["--negatives", ...negatives.map(name)] : []),
    ...(part === "all" ? [] : [`--split split.json --part ${part}`]),
    ...(sample === undefined ? [] : [`--sample ${sample}`]),
    `--seed ${seed}`,
    ...(fit ? [`--fit ${name(fit)}`] : []),
  ].join(" ");
}

function depsOf(
  { embedder, beside, decode, calibration }: Pick<EvaluateDeps, "embedder" | "beside" | "decode" | "calibration">,
  { output, log }: VerbContext,
): EvaluateDeps {
  const clock = { now: () => Date.now(), elapsedMs: () => performance.now() };
  return {
    embedder,
    beside,
    decode,
    calibration,
    readFile: readImageFile,
    openVerifier: (store) => openVerifier({ store, decode, log, clock, budgetMs: UNHURRIED_MS }),
    openIndex: (dimension) => new FlatIndex(dimension),
    clock,
    progress: (label, total) => output.progress(label, total),
  };
}

/** A measurement must not depend on how busy the machine is. */
const UNHURRIED_MS = 60_000;

async function writeReport(folder: string, evaluation: Evaluation): Promise<void> {
  await mkdir(folder, { recursive: true });
  const plots = await drawPlots(evaluation.figures);
  const facts = { ...evaluation, misses: evaluation.misses.map(withoutPictures) };
  await writeFile(join(folder, "report.json"), `${JSON.stringify(facts, null, 2)}\n`);
  await writeFile(join(folder, "report.html"), presentEvaluationPage(evaluation, plots));
}

/** JSON readers want figures; the pictures stand in the page. */
function withoutPictures({ query: _query, answer: _answer, ...facts }: Evaluation["misses"][number]) {
  return facts;
}

function wholeNumber(option: string) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 0) {
      throw new OpfindError("usage", `${option} wants a whole number, not "${text}".`);
    }
    return value;
  };
}
