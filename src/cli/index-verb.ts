import { Command } from "commander";
import { OpfindError } from "../errors.ts";
import { type IndexPreference, rebuildVectorIndex } from "../index/open-index.ts";
import { readPin } from "../index/pin.ts";
import type { SqlitePosterStore } from "../index/poster-store.ts";
import { snapshotPlace } from "../index/snapshot.ts";
import { exportStarter } from "../index/starter.ts";
import { type IndexReport, readIndexStatus, verifyIndex } from "../index/verify-index.ts";
import { modelIdOf } from "../pipeline/model-id.ts";
import type { Clock, Embedder } from "../pipeline/ports.ts";
import { modelBeside, withNewestModel } from "../wire-model.ts";
import {
  buildVersion,
  changeQdrantVersion,
  type OnQdrant,
  type OpenQdrant,
  takeSnapshot,
  tellQdrantVersions,
  tellStatus,
  verifyVersion,
} from "./index-qdrant.ts";
import { changeVersion, tellVersions } from "./index-versions.ts";
import { isAnyUnseen, type OpenNetwork, showMissing, UNSEEN } from "./show-missing.ts";
import type { VerbContext } from "./verb.ts";

/** What of wire.ts the verb opens. */
export interface IndexWire {
  openLocalStore(context: VerbContext): Promise<SqlitePosterStore>;
  openQdrant(context: VerbContext): Promise<OpenQdrant>;
  /** id and dimension of the network in use, without running it */
  modelOf(context: VerbContext): Promise<Pick<Embedder, "modelId" | "dimension">>;
  /** the network itself, opened only when pictures have to be shown to it */
  openRecogniser(context: VerbContext): Promise<OpenNetwork>;
  readonly clock: Clock;
}

interface Options {
  readonly json?: true;
  readonly latest?: true;
}

interface Opened extends VerbContext, Pick<Embedder, "modelId" | "dimension"> {
  readonly store: SqlitePosterStore;
  readonly preference: IndexPreference;
  readonly clock: Clock;
  readonly isJson: boolean;
  /** the network beside the one in use; null without one */
  readonly beside: Pick<Embedder, "modelId" | "dimension"> | null;
  readonly openNetwork: () => Promise<OpenNetwork>;
}

/** The same question to the index on this machine and to the one on Qdrant. */
interface Work {
  readonly local: (opened: Opened) => Promise<void>;
  readonly qdrant: (opened: OnQdrant) => Promise<void>;
}

/** `opfind index build|status|verify|versions|rollback|export-starter|snapshot`: what is derived from the posters. */
export function indexVerb(context: VerbContext, wire: IndexWire): Command {
  const index = new Command("index").description("The vector index: derived from the posters, rebuilt at any time.");
  const add = (name: string, about: string, work: Work, own = context) =>
    index
      .command(name)
      .description(about)
      .option("--json", "one JSON object")
      .action(({ json }: Options) => withOpened({ context: own, wire, isJson: json === true }, work));
  const newest = withNewestModel(context);
  add("build", "build it anew from the posters; a rollback ends", { local: build, qdrant: buildVersion }, newest);
  add("status", "its kind, rows, network, age and size", { local: status, qdrant: tellStatus });
  add("verify", "compare every row with the posters", { local: verify, qdrant: verifyVersion });
  add("versions", "what can be rolled back to, newest first", { local: tellVersions, qdrant: tellQdrantVersions });
  index
    .command("rollback")
    .description("let a former version answer again, with its own network")
    .argument("[version]", "one of `index versions`; default: the one before")
    .option("--latest", "let the newest one answer again")
    .option("--json", "one JSON object")
    .action((version: string | undefined, { json, latest }: Options) => {
      const wish = { version, isLatest: latest === true };
      const work: Work = {
        local: (opened) => changeVersion(opened, wish),
        qdrant: (opened) => changeQdrantVersion(opened, wish),
      };
      return withOpened({ context, wire, isJson: json === true }, work);
    });
  const addToFolder = (name: string, about: string, workIn: (dir: string) => Work) =>
    index
      .command(name)
      .description(about)
      .argument("<dir>", "a folder; made when it is absent")
      .option("--json", "one JSON object")
      .action((dir: string, { json }: Options) => withOpened({ context, wire, isJson: json === true }, workIn(dir)));
  addToFolder("export-starter", "write the embeddings and labels, without pictures, as a starter pack", (dir) => ({
    local: (opened) => writeStarter(opened, dir),
    qdrant: () => only("on this machine: `opfind migrate --to embedded` brings the posters here"),
  }));
  addToFolder("snapshot", "on Qdrant: make a snapshot and fetch it", (dir) => ({
    local: () => only("with OPFIND_INDEX=qdrant; here it is `opfind backup`"),
    qdrant: (opened) => takeSnapshot(opened, dir),
  }));
  return index;
}

async function only(where: string): Promise<void> {
  throw new OpfindError("usage", `This works only ${where}.`);
}

interface Opening {
  readonly context: VerbContext;
  readonly wire: IndexWire;
  readonly isJson: boolean;
}

async function withOpened({ context, wire, isJson }: Opening, work: Work): Promise<void> {
  const model = await wire.modelOf(context);
  const beside = await besideOf(context);
  const openNetwork = () => wire.openRecogniser(context);
  const { OPFIND_INDEX: preference } = context.config.env;
  if (preference === "qdrant") {
    const qdrant = await wire.openQdrant(context);
    try {
      await work.qdrant({ ...context, ...model, beside, qdrant, isJson, openNetwork });
    } finally {
      qdrant.store.close();
    }
    return;
  }
  const store = await wire.openLocalStore(context);
  try {
    await work.local({ ...context, ...model, beside, store, preference, clock: wire.clock, isJson, openNetwork });
  } finally {
    store.close();
  }
}

async function besideOf({ config }: VerbContext): Promise<Opened["beside"]> {
  const entry = await modelBeside(config);
  return entry && { modelId: modelIdOf(entry), dimension: entry.dimension };
}

async function build(opened: Opened): Promise<void> {
  const { store, modelId, dimension, beside, signal } = opened;
  await showMissing({ ...opened, modelIds: [modelId, ...(beside ? [beside.modelId] : [])] }, opened);
  await buildFor({ modelId, dimension }, opened);
  if (beside && store.state(beside.modelId).rows > 0) await buildFor(beside, opened);
  signal.throwIfAborted();
  await status(opened);
}

async function buildFor(model: Pick<Embedder, "modelId" | "dimension">, opened: Opened): Promise<void> {
  const { output, config, log, store, preference, clock, signal } = opened;
  const bar = output.progress(`building the index of ${model.modelId}`, store.state(model.modelId).rows);
  const onRows = (done: number) => bar.update(done);
  const deps = { ...model, store, preference, dataDir: config.dataDir, log, clock, onRows };
  try {
    await (await rebuildVectorIndex(deps, signal)).close();
  } finally {
    bar.stop();
  }
}

async function status({ output, config, store, modelId, dimension, beside, clock, isJson }: Opened): Promise<void> {
  const { manifest, behind } = await readIndexStatus(snapshotPlace(config.dataDir, modelId, dimension), store);
  const posters = await store.count();
  const state = await readPin(config.dataDir);
  const pinned = state.kind === "pinned" ? state.pin.version : null;
  if (!isJson && pinned !== null)
    output.line(`rolled back to version ${pinned}; what follows is the newest index of its network`);
  if (!isJson && (await isAnyUnseen(store, modelId))) output.line(UNSEEN);
  if (!isJson && beside) output.line(`beside it: ${beside.modelId}, ${store.state(beside.modelId).rows} embeddings`);
  if (!manifest) {
    if (isJson) output.json({ kind: null, rows: 0, behind, posters, modelId, pinned });
    else output.line(`no index is stored yet; it is built on first use (${behind} embeddings of ${posters} posters)`);
    return;
  }
  const { kind, rows, builtAt, vectors, labels } = manifest;
  const bytes = vectors.bytes + labels.bytes;
  if (isJson) {
    output.json({ kind, rows, behind, posters, modelId: manifest.modelId, dimension, builtAt, bytes, pinned });
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
