import { Command } from "commander";
import { OpfindError } from "../errors.ts";
import { rebuildVectorIndex } from "../index/open-index.ts";
import type { SqlitePosterStore } from "../index/poster-store.ts";
import { snapshotPlace } from "../index/snapshot.ts";
import { exportStarter } from "../index/starter.ts";
import { type IndexReport, readIndexStatus, verifyIndex } from "../index/verify-index.ts";
import { embedMissing } from "../pipeline/embed-stored.ts";
import type { Clock, Embedder, RgbImage } from "../pipeline/ports.ts";
import { galleryViews } from "../pipeline/views.ts";
import type { VerbContext } from "./verb.ts";

/** What of wire.ts the verb opens. */
export interface IndexWire {
  openStore(context: VerbContext): Promise<SqlitePosterStore>;
  /** id and dimension of the network in use, without running it */
  modelOf(context: VerbContext): Promise<Pick<Embedder, "modelId" | "dimension">>;
  /** the network itself, opened only when pictures have to be shown to it */
  openRecogniser(context: VerbContext): Promise<OpenNetwork>;
  readonly clock: Clock;
}

interface OpenNetwork {
  readonly embedder: Embedder;
  readonly decode: (bytes: Uint8Array, signal: AbortSignal) => Promise<RgbImage>;
  close(): Promise<void>;
}

interface Options {
  readonly json?: true;
}

interface Opened extends VerbContext, Pick<Embedder, "modelId" | "dimension"> {
  readonly store: SqlitePosterStore;
  readonly clock: Clock;
  readonly isJson: boolean;
  readonly openNetwork: () => Promise<OpenNetwork>;
}

/** `opfind index build|status|verify|export-starter`: what is derived from the posters. */
export function indexVerb(context: VerbContext, wire: IndexWire): Command {
  const index = new Command("index").description("The vector index: derived from the posters, rebuilt at any time.");
  const add = (name: string, about: string, work: (opened: Opened) => Promise<void>) =>
    index
      .command(name)
      .description(about)
      .option("--json", "one JSON object")
      .action((options: Options) => withOpened(context, wire, { work, options }));
  add("build", "build it anew from the posters", build);
  add("status", "its kind, rows, network, age and size", status);
  add("verify", "compare every row with the posters", verify);
  index
    .command("export-starter")
    .description("write the embeddings and labels, without pictures, as a starter pack")
    .argument("<dir>", "a folder; made when it is absent")
    .option("--json", "one JSON object")
    .action((dir: string, options: Options) =>
      withOpened(context, wire, { work: (opened) => writeStarter(opened, dir), options }),
    );
  return index;
}

async function withOpened(
  context: VerbContext,
  wire: IndexWire,
  { work, options }: { readonly work: (opened: Opened) => Promise<void>; readonly options: Options },
): Promise<void> {
  const { modelId, dimension } = await wire.modelOf(context);
  const store = await wire.openStore(context);
  try {
    const openNetwork = () => wire.openRecogniser(context);
    const isJson = options.json === true;
    await work({ ...context, modelId, dimension, store, clock: wire.clock, isJson, openNetwork });
  } finally {
    store.close();
  }
}

async function build(opened: Opened): Promise<void> {
  await showMissing(opened);
  const { output, config, log, store, modelId, dimension, clock, signal } = opened;
  const bar = output.progress("building the index", store.state(modelId).rows);
  const onRows = (done: number) => bar.update(done);
  const preference = config.env.OPFIND_INDEX;
  const deps = { store, modelId, dimension, preference, dataDir: config.dataDir, log, clock, onRows };
  try {
    await (await rebuildVectorIndex(deps, signal)).close();
  } finally {
    bar.stop();
  }
  signal.throwIfAborted();
  await status(opened);
}

/** Pictures that another network has seen are shown to the one in use first. */
async function showMissing({ store, modelId, output, signal, openNetwork }: Opened): Promise<void> {
  if (!(await isAnyUnseen(store, modelId))) return;
  const { embedder, decode, close } = await openNetwork();
  let bar: ReturnType<typeof output.progress> | undefined;
  try {
    await embedMissing(
      {
        store,
        embedder,
        decode,
        galleryViews,
        onProgress(done, total) {
          bar ??= output.progress("embedding stored posters", total);
          bar.update(done);
        },
        onFailure: (posterId, { message }) => output.note(`poster ${posterId}: ${message}`),
      },
      signal,
    );
  } finally {
    bar?.stop();
    await close();
  }
}

const UNSEEN = "posters that this network has not seen yet: `opfind index build` shows them to it";

async function isAnyUnseen(store: SqlitePosterStore, modelId: string): Promise<boolean> {
  for await (const _ of store.withoutEmbeddings(modelId)) return true;
  return false;
}

async function countPosters(store: SqlitePosterStore): Promise<number> {
  let posters = 0;
  for await (const _ of store.list()) posters++;
  return posters;
}

async function status({ output, config, store, modelId, dimension, clock, isJson }: Opened): Promise<void> {
  const { manifest, behind } = await readIndexStatus(snapshotPlace(config.dataDir, modelId, dimension), store);
  const posters = await countPosters(store);
  if (!isJson && (await isAnyUnseen(store, modelId))) output.line(UNSEEN);
  if (!manifest) {
    if (isJson) output.json({ kind: null, rows: 0, behind, posters, modelId });
    else output.line(`no index is stored yet; it is built on first use (${behind} embeddings of ${posters} posters)`);
    return;
  }
  const { kind, rows, builtAt, vectors, labels } = manifest;
  const bytes = vectors.bytes + labels.bytes;
  if (isJson) {
    output.json({ kind, rows, behind, posters, modelId: manifest.modelId, dimension, builtAt, bytes });
    return;
  }
  output.line(`${kind}: ${rows} embeddings of ${posters} posters, ${(bytes / 1e6).toFixed(1)} MB`);
  output.line(`network: ${manifest.modelId}, ${dimension} numbers`);
  output.line(`built: ${builtAt} (${age(clock.now() - Date.parse(builtAt))})`);
  output.line(behind === 0 ? "up to date" : `${behind} rows changed since; the next opening takes them in`);
}

async function verify({ output, config, store, modelId, dimension, signal, isJson }: Opened): Promise<void> {
  const report = await verifyIndex(snapshotPlace(config.dataDir, modelId, dimension), store, signal);
  if (isJson) output.json(report);
  else for (const line of describe(report)) output.line(line);
  if (report.storeProblems.length > 0) {
    throw new OpfindError("store-broken", `The poster store is damaged: ${report.storeProblems.join("; ")}.`);
  }
  if (!report.isSound)
    throw new OpfindError("index-broken", "The stored index does not fit. Run `opfind index build`.");
}

function describe({ unfit, compared, different, missing, extra, later, notFound }: IndexReport): readonly string[] {
  if (unfit !== null) return [`the stored index cannot be used: ${unfit}`];
  return [
    `${compared} rows compared with the posters, ${different} different, ${missing} missing, ${extra} too many`,
    `${later} rows are younger than the index and are appended on opening`,
    notFound === 0 ? "a sample of rows finds itself" : `${notFound} rows of a sample do not find themselves`,
  ];
}

async function writeStarter({ output, store, modelId, dimension, isJson }: Opened, dir: string): Promise<void> {
  const written = await exportStarter(store, { dir, modelId, dimension });
  if (isJson) output.json(written);
  else output.line(`${written.posters} posters, ${written.rows} embeddings, ${written.bytes} bytes written to ${dir}`);
}

function age(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 120) return `${minutes} minutes ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} hours ago` : `${Math.floor(hours / 24)} days ago`;
}
