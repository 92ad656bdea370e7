import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { OpfindError } from "../errors.ts";
import type { GalleryStore } from "../index/gallery-store.ts";
import { type ImportDeps, type ImportRequest, type ImportSummary, importPosters } from "../pipeline/import.ts";
import type { Clock, Embedder } from "../pipeline/ports.ts";
import { readImageFile } from "../pipeline/read-image-file.ts";
import { lateProgress } from "./late-progress.ts";
import { refreshIndex } from "./refresh-index.ts";
import type { VerbContext } from "./verb.ts";

/** What of an open gallery an import uses. */
export interface ImportGallery
  extends Pick<ImportDeps, "decode" | "galleryViews" | "resolveTitle" | "anilistIdOf" | "franchiseIdOf"> {
  readonly store: GalleryStore;
  readonly embedder: Embedder;
  readonly clock: Clock;
  close(): Promise<void>;
}

interface ImportTask extends ImportRequest {
  readonly isJson: boolean;
  openGallery(context: VerbContext): Promise<ImportGallery>;
}

/**
 * `opfind posters import DIR`: imports, tells what became of every picture, brings the index up to date.
 * @throws OpfindError when nothing could be imported | whatever `importPosters` throws
 */
export async function runImport(context: VerbContext, task: ImportTask): Promise<void> {
  const { output, signal } = context;
  const gallery = await task.openGallery(context);
  try {
    const summary = await importShown(gallery, task, { output, signal });
    if (summary.added > 0) await refreshIndex(gallery, context);
    await tell(summary, task, context);
    requireSomething(summary, task.dir);
  } finally {
    await gallery.close();
  }
}

async function importShown(
  gallery: ImportGallery,
  task: ImportTask,
  { output, signal }: Pick<VerbContext, "output" | "signal">,
): Promise<ImportSummary> {
  const { onProgress, stop } = lateProgress(output, "importing");
  try {
    return await importPosters(task, { ...gallery, read: readImageFile, onProgress }, signal);
  } finally {
    stop();
  }
}

async function tell(summary: ImportSummary, { isJson, dir }: ImportTask, { output, config }: VerbContext) {
  const { added, duplicates, failed, unresolved } = summary;
  for (const { file, message } of failed) output.note(`${file}: ${message}`);
  for (const { row, why } of unresolved) output.note(`${row.file}: ${why}`);
  const report = await writeReport(summary, join(config.dataDir, "embeddings"));
  if (isJson) {
    const questions = unresolved.map(({ row, why }) => ({ file: row.file, title: row.title, why }));
    output.json({ added, duplicates, failed, unresolved: questions, ...(report ? { report } : {}) });
    return;
  }
  output.line(
    `${added} added, ${duplicates} known already, ${failed.length} failed, ${unresolved.length} without an anime`,
  );
  if (!report) return;
  output.note(`What failed or stayed open: ${report.text}`);
  if (unresolved.length === 0) return;
  output.note(
    `Fill in the anilistId of each row of ${report.json}, then run:\n  opfind posters import ${quoted(dir)} --manifest ${quoted(report.json)}`,
  );
}

interface Report {
  readonly json: string;
  readonly text: string;
}

/** The JSON is a manifest that import reads again once its ids are filled in; the text is for reading. */
async function writeReport({ failed, unresolved }: ImportSummary, folder: string): Promise<Report | undefined> {
  if (failed.length + unresolved.length === 0) return undefined;
  const report = { json: resolve(folder, "import-report.json"), text: resolve(folder, "import-report.txt") };
  const rows = unresolved.map(({ row, why }) => ({ ...row, why }));
  const lines = [
    ...failed.map(({ file, code, message }) => `failed  ${file}  [${code}] ${message}`),
    ...unresolved.map(({ row, why }) => `open    ${row.file}  ${why}`),
  ];
  await writeFile(report.json, `${JSON.stringify(rows, null, 1)}\n`);
  await writeFile(report.text, `${lines.join("\n")}\n`);
  return report;
}

function requireSomething({ added, duplicates, failed, unresolved }: ImportSummary, dir: string): void {
  if (added + duplicates > 0) return;
  const [first] = failed;
  if (first)
    throw new OpfindError(first.code, `Nothing could be imported from ${dir}. ${first.file}: ${first.message}`);
  if (unresolved.length > 0) {
    throw new OpfindError("title-unknown", `Nothing could be imported from ${dir}: no picture's anime is known.`);
  }
  throw new OpfindError("file-missing", `There are no pictures in ${dir}.`);
}

function quoted(path: string): string {
  return /^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
