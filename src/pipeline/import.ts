import { createHash } from "node:crypto";
import { extname, resolve } from "node:path";
import type { AnilistId } from "../domain/anime.ts";
import { type ErrorCode, OpfindError } from "../errors.ts";
import { type ImportRow, readImportRows } from "./import-rows.ts";
import type { Embedder, NewPoster, PosterStore, RgbImage } from "./ports.ts";
import { type AnimeIdentity, type ResolveDeps, resolveRow } from "./resolve-row.ts";
import type { View } from "./views.ts";

export interface ImportDeps extends ResolveDeps {
  readonly store: Pick<PosterStore, "add" | "has">;
  readonly embedder: Pick<Embedder, "embed" | "modelId">;
  readonly read: (path: string, signal: AbortSignal) => Promise<Uint8Array>;
  readonly decode: (bytes: Uint8Array, signal: AbortSignal) => Promise<RgbImage>;
  readonly galleryViews: (image: RgbImage) => readonly View[];
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

export interface ImportSummary {
  readonly added: number;
  readonly duplicates: number;
  readonly failed: readonly FailedRow[];
  readonly unresolved: readonly UnresolvedRow[];
}

/** Networks gain nothing beyond 8 pictures in a run, and a poster has up to nine views: 16 posters fill many runs. */
const BATCH = 16;

/**
 * Imports a folder: resolve → read → decode → views → embed → store, one batch being prepared while the one before is
 * embedded. What is stored already is skipped, so an interrupted import goes on where it stopped. One bad picture or
 * unknown title is told and does not stop the others.
 * @throws OpfindError file-missing | manifest-invalid | embedder-failed | disk-full | store-busy | aborted
 */
export async function importPosters(
  request: ImportRequest,
  deps: ImportDeps,
  signal: AbortSignal,
): Promise<ImportSummary> {
  const { rows, bad } = await readImportRows(request.dir, request.manifest);
  const tally = new Tally(rows.length, deps.onProgress);
  for (const { file, why } of bad) tally.fail(file, "manifest-invalid", why);
  const batches = Array.from({ length: Math.ceil(rows.length / BATCH) }, (_, i) =>
    rows.slice(i * BATCH, (i + 1) * BATCH),
  );
  const prepare = async (batch: readonly ImportRow[] = []) => {
    const prepared = await Promise.all(batch.map((row) => prepareRow(row, { ...deps, ...request, tally }, signal)));
    return prepared.filter((ready) => ready !== null);
  };
  let next = prepare(batches[0]);
  for (let i = 0; i < batches.length; i++) {
    const ready = await next;
    next = prepare(batches[i + 1]);
    next.catch(() => {}); // heard in the next round, unless this one fails first
    await storeAll(ready, { ...deps, tally }, signal);
  }
  return tally.summary();
}

/** A picture that only its embeddings are missing of. */
interface ReadyRow {
  readonly file: string;
  readonly anime: AnimeIdentity;
  readonly franchiseId: AnilistId | null;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly views: readonly View[];
}

type Preparing = ImportDeps & ImportRequest & { readonly tally: Tally };

/** @returns null when there is nothing to embed: stored already, not readable, or unresolved */
async function prepareRow(row: ImportRow, deps: Preparing, signal: AbortSignal): Promise<ReadyRow | null> {
  const { tally, store, embedder } = deps;
  try {
    const answer = await resolveRow(row, deps, signal);
    if (answer.kind === "unresolved") return tally.ask({ row, why: answer.why });
    const bytes = await deps.read(resolve(deps.dir, row.file), signal);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const { anime } = answer;
    if (store.has(sha256, anime.anilistId, embedder.modelId)) return tally.repeat(row.file);
    const views = deps.galleryViews(await deps.decode(bytes, signal));
    const franchiseId = await deps.franchiseIdOf(anime.anilistId, signal);
    return { file: row.file, anime, franchiseId, bytes, sha256, views };
  } catch (error) {
    if (!(error instanceof OpfindError) || error.code === "aborted") throw error;
    return tally.fail(row.file, error.code, error.message);
  }
}

type Storing = Pick<ImportDeps, "store" | "embedder"> & { readonly tally: Tally };

async function storeAll(rows: readonly ReadyRow[], { store, embedder, tally }: Storing, signal: AbortSignal) {
  if (rows.length === 0) return;
  const embeddings = await embedder.embed(
    rows.flatMap(({ views }) => views.map(({ image }) => image)),
    signal,
  );
  let from = 0;
  for (const { file, anime, franchiseId, bytes, sha256, views } of rows) {
    const own = embeddings.slice(from, from + views.length);
    from += views.length;
    const poster: NewPoster = {
      anime,
      franchiseId,
      image: { bytes, extension: extensionOf(file) },
      sha256,
      source: "import",
      addedBy: null,
      modelId: embedder.modelId,
      embeddings: own.map((embedding, i) => ({ view: views[i]?.name ?? String(i), embedding })),
    };
    const { kind } = await store.add(poster);
    if (kind === "added") tally.add(file);
    else tally.repeat(file);
  }
}

/** The store keeps files by their content: an ending that says nothing sensible becomes a neutral one. */
function extensionOf(file: string): string {
  const extension = extname(file).slice(1).toLowerCase();
  return /^[a-z0-9]{1,8}$/.test(extension) ? extension : "img";
}

/** Counts what became of every row; each ends in exactly one of the four places. */
class Tally {
  readonly #total: number;
  readonly #tell: ImportDeps["onProgress"];
  #added = 0;
  #duplicates = 0;
  readonly #failed: FailedRow[] = [];
  readonly #unresolved: UnresolvedRow[] = [];

  constructor(total: number, tell: ImportDeps["onProgress"]) {
    this.#total = total;
    this.#tell = tell;
  }

  add(file: string): null {
    this.#added++;
    return this.#next(file);
  }

  repeat(file: string): null {
    this.#duplicates++;
    return this.#next(file);
  }

  fail(file: string, code: ErrorCode, message: string): null {
    this.#failed.push({ file, code, message });
    return this.#next(file);
  }

  ask(unresolved: UnresolvedRow): null {
    this.#unresolved.push(unresolved);
    return this.#next(unresolved.row.file);
  }

  summary(): ImportSummary {
    const [failed, unresolved] = [[...this.#failed], [...this.#unresolved]];
    return { added: this.#added, duplicates: this.#duplicates, failed, unresolved };
  }

  #next(file: string): null {
    const done = this.#added + this.#duplicates + this.#failed.length + this.#unresolved.length;
    this.#tell(done, this.#total, file);
    return null;
  }
}
