import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { type ErrorCode, OpfindError } from "../errors.ts";
import { type ImportRow, readImportRows } from "./import-rows.ts";
import { type Tallied, Tally } from "./import-tally.ts";
import { type LearnDeps, learnPosters, type ReadyPoster } from "./learn-posters.ts";
import { type ResolveDeps, resolveRow } from "./resolve-row.ts";

export interface ImportDeps extends ResolveDeps, LearnDeps {
  readonly read: (path: string, signal: AbortSignal) => Promise<Uint8Array>;
  readonly onProgress: (done: number, total: number, note: string) => void;
}

export interface ImportRequest {
  readonly dir: string;
  /** path of the manifest; undefined: `manifest.json` in the folder, else the file names */
  readonly manifest?: string | undefined;
}

interface FailedRow {
  readonly file: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** A row whose anime only a person can tell. */
interface UnresolvedRow {
  readonly row: ImportRow;
  readonly why: string;
}

export type ImportSummary = Tallied<FailedRow, UnresolvedRow>;

/** Networks gain nothing beyond 8 pictures in a run, and a poster has up to nine views: 16 posters fill many runs. */
const BATCH = 16;

/**
 * Imports a folder: resolve → read → decode → views → embed → store. What is stored already is skipped, so an
 * interrupted import goes on where it stopped. One bad picture or unknown title is told and does not stop the others.
 * @throws OpfindError file-missing | manifest-invalid | embedder-failed | disk-full | store-busy | aborted
 */
export async function importPosters(
  request: ImportRequest,
  deps: ImportDeps,
  signal: AbortSignal,
): Promise<ImportSummary> {
  const { rows, bad } = await readImportRows(request.dir, request.manifest);
  const tally = new Tally<FailedRow, UnresolvedRow>(rows.length + bad.length, deps.onProgress);
  for (const { file, why } of bad) tally.fail(file, { file, code: "manifest-invalid", message: why });
  const prepare = (row: ImportRow) => prepareRow(row, { ...deps, ...request, tally }, signal);
  await learnPosters(rows, { ...deps, prepare, tally, batch: BATCH }, signal);
  return tally.summary();
}

type Preparing = ImportDeps & ImportRequest & { readonly tally: Tally<FailedRow, UnresolvedRow> };

/** @returns null when there is nothing to embed: stored already, not readable, or unresolved */
async function prepareRow(row: ImportRow, deps: Preparing, signal: AbortSignal): Promise<ReadyPoster | null> {
  const { tally, store, embedder } = deps;
  const { file } = row;
  try {
    const answer = await resolveRow(row, deps, signal);
    if (answer.kind === "unresolved") return tally.ask(file, { row, why: answer.why });
    const bytes = await deps.read(resolve(deps.dir, file), signal);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const { anime } = answer;
    if (await store.has(sha256, anime.anilistId, embedder.modelId)) return tally.repeat(file);
    const views = deps.galleryViews(await deps.decode(bytes, signal));
    const franchiseId = await deps.franchiseIdOf(anime.anilistId, signal);
    return { name: file, file, source: "import", anime, franchiseId, bytes, sha256, views };
  } catch (error) {
    if (!(error instanceof OpfindError) || error.code === "aborted") throw error;
    return tally.fail(file, { file, code: error.code, message: error.message });
  }
}
