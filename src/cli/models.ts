import { Chalk } from "chalk";
import { Command } from "commander";
import type { ModelEntry } from "../domain/model.ts";
import { OpfindError } from "../errors.ts";
import { pullModel } from "../models/download.ts";
import { locateModel, modelFolders, verifyModel } from "../models/local-model.ts";
import { findModel, readModelManifest } from "../models/manifest.ts";
import { modelBeside, modelInUse } from "../wire-model.ts";
import type { VerbContext } from "./verb.ts";

interface Options {
  readonly json?: boolean;
}

/** `opfind models list|pull|verify`: the networks that opfind knows and what of them is on this machine. */
export function modelsVerb(context: VerbContext): Command {
  const models = new Command("models").description("The networks that turn posters into embeddings.");
  models
    .command("list")
    .description("what there is and what is on this machine")
    .option("--json", "one JSON object per model")
    .action(async (options: Options) => await list(context, options));
  models
    .command("pull")
    .description("download models, by default the one in use and the one beside it; an interrupted download goes on")
    .argument("[ids...]", "model ids")
    .option("--json", "one JSON object per model")
    .action(async (ids: readonly string[], options: Options) => {
      const wanted = ids.length > 0 ? ids : await modelsInUse(context.config);
      await pull(context, wanted, options);
    });
  models
    .command("verify")
    .description("compare every byte on this machine with its checksum")
    .argument("[ids...]", "model ids, by default all that are here")
    .option("--json", "one JSON object per file")
    .action(async (ids: readonly string[], options: Options) => await verify(context, ids, options));
  return models;
}

async function modelsInUse(config: VerbContext["config"]): Promise<readonly string[]> {
  const beside = await modelBeside(config);
  return [(await modelInUse(config)).id, ...(beside ? [beside.id] : [])];
}

async function list({ config, output, signal }: VerbContext, { json }: Options): Promise<void> {
  const chalk = new Chalk(output.isRich ? {} : { level: 0 });
  const inUse = await modelInUse(config).catch(() => undefined); // an unknown one: the list says which there are
  for (const entry of await readModelManifest(config.home)) {
    const state = await stateOf(entry, config, signal);
    const isInUse = entry.id === inUse?.id;
    const { id, dimension, licence, source, revision } = entry;
    if (json) output.json({ id, state, isInUse, bytes: bytesOf(entry), dimension, licence, source, revision });
    else {
      const mark = isInUse ? "*" : " ";
      const shade = state === "present" ? chalk.green : state === "missing" ? chalk.dim : chalk.red;
      output.line(
        `${mark} ${id.padEnd(20)} ${shade(state.padEnd(8))} ${megabytes(bytesOf(entry)).padStart(7)}  ${dimension} numbers, ${licence}`,
      );
    }
  }
}

/** By size for large files; `verify` reads every byte. */
async function stateOf(entry: ModelEntry, config: VerbContext["config"], signal: AbortSignal) {
  try {
    await locateModel(entry, modelFolders(config), signal);
    return "present";
  } catch (error) {
    if (error instanceof OpfindError && error.code === "model-missing") return "missing";
    if (error instanceof OpfindError && error.code === "model-checksum") return "damaged";
    throw error;
  }
}

async function pull(context: VerbContext, ids: readonly string[], { json }: Options): Promise<void> {
  const models = await readModelManifest(context.config.home);
  // All names first: a typing error in the second must not come after a download of the first.
  for (const entry of ids.map((id) => findModel(models, id))) {
    const outcome = await pullOne(context, entry);
    if (json) context.output.json({ id: entry.id, outcome });
    else
      context.output.line(
        outcome === "present" ? `${entry.id} is here already.` : `${entry.id} is downloaded and checked.`,
      );
  }
}

async function pullOne({ config, output, signal }: VerbContext, entry: ModelEntry): Promise<"present" | "pulled"> {
  const { OPFIND_MODELS_URL: baseUrl, OPFIND_OFFLINE: isOffline } = config.env;
  const tellsWaiting = () => output.note(`Another process is downloading ${entry.id}: waiting for it.`);
  const bar = lazyBar(() => output.progress(`${entry.id} (MB)`, Math.ceil(bytesOf(entry) / MB)));
  const before = new Map(entry.files.map((file, i) => [file.path, bytesOf({ files: entry.files.slice(0, i) })]));
  const progress = ({ path }: { readonly path: string }, done: number) =>
    bar.update(Math.round(((before.get(path) ?? 0) + done) / MB));
  const folders = modelFolders(config);
  try {
    return await pullModel(entry, { folders, baseUrl, isOffline, fetch, progress, onWait: tellsWaiting }, signal);
  } finally {
    bar.stop();
  }
}

/** Nothing is drawn where nothing has to be downloaded. */
function lazyBar(open: () => ReturnType<VerbContext["output"]["progress"]>) {
  let bar: ReturnType<typeof open> | undefined;
  return {
    update(done: number): void {
      bar ??= open();
      bar.update(done);
    },
    stop(): void {
      bar?.stop();
    },
  };
}

async function verify(
  { config, output, signal }: VerbContext,
  ids: readonly string[],
  { json }: Options,
): Promise<void> {
  const known = await readModelManifest(config.home);
  const isAll = ids.length === 0;
  const spoiled = new Set<string>();
  for (const entry of isAll ? known : ids.map((id) => findModel(known, id))) {
    const isOptional = isAll && entry.files[0].url !== null;
    for (const { path, state } of await verifyModel(entry, modelFolders(config), signal)) {
      if (state !== "ok" && !(state === "missing" && isOptional)) spoiled.add(entry.id);
      if (json) output.json({ id: entry.id, path, state });
      else output.line(`${entry.id.padEnd(20)} ${state.padEnd(14)} ${path}`);
    }
  }
  if (spoiled.size === 0) return;
  const remedy = `Run "opfind models pull ${[...spoiled].join(" ")}", or install opfind again if it ships with it.`;
  throw new OpfindError("model-checksum", `Missing or not as they should be: ${[...spoiled].join(", ")}. ${remedy}`);
}

const MB = 1024 * 1024;

function bytesOf({ files }: { readonly files: readonly { readonly bytes: number }[] }): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / MB)} MB`;
}
