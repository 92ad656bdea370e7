import { readdir, readFile } from "node:fs/promises";
import { isAbsolute, join, normalize, sep } from "node:path";
import { z } from "zod";
import { OpfindError } from "../errors.ts";
import { parseFileTitle } from "./file-title.ts";

const id = z.int().positive().nullish();
/** People's manifests write "" for "none". */
const text = z
  .string()
  .trim()
  .transform((value) => value || null)
  .nullish();

/** A row of a manifest; keys that are not ours are let through. Spelled as in the posters folders people share. */
const ROW = z.looseObject({
  file: z.string().min(1),
  title: text,
  titleEnglish: text,
  titleNative: text,
  anilistId: id,
  malId: id,
  season: id,
});

/** One picture to import and what is known about its anime. */
export interface ImportRow {
  readonly file: string;
  readonly title: string;
  readonly titleEnglish: string | null;
  readonly titleNative: string | null;
  readonly anilistId: number | null;
  readonly malId: number | null;
  readonly season: number | null;
}

/** A manifest entry that is no row, told without stopping the others. */
interface BadRow {
  readonly file: string;
  readonly why: string;
}

export interface ImportRows {
  readonly rows: readonly ImportRow[];
  readonly bad: readonly BadRow[];
}

/** Pictures, and what people take for pictures: these get their own sentence instead of silence. */
const PICTURE = /\.(jpe?g|jfif|png|webp|avif|gif|tiff?|bmp|heic|heif|svg)$/i;

/**
 * What a folder offers: the rows of its manifest, or its pictures by name.
 * @param manifest path, undefined for `manifest.json` in the folder when there is one
 * @throws OpfindError file-missing | file-unreadable | manifest-invalid
 */
export async function readImportRows(dir: string, manifest: string | undefined): Promise<ImportRows> {
  const names = await listFolder(dir);
  if (manifest !== undefined) return readManifestRows(manifest);
  if (names.includes("manifest.json")) return readManifestRows(join(dir, "manifest.json"));
  const pictures = names.filter((name) => PICTURE.test(name) && !name.startsWith(".")).sort();
  const unknown = { titleEnglish: null, titleNative: null, anilistId: null, malId: null };
  return { rows: pictures.map((file) => ({ file, ...unknown, ...parseFileTitle(file) })), bad: [] };
}

async function listFolder(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch (cause) {
    const isAbsent = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    const code = isAbsent ? "file-missing" : "file-unreadable";
    throw new OpfindError(code, `The folder ${dir} ${isAbsent ? "does not exist" : "cannot be read"}.`, { cause });
  }
}

async function readManifestRows(path: string): Promise<ImportRows> {
  const entries = z.array(z.unknown()).safeParse(await readJson(path));
  if (!entries.success) {
    throw new OpfindError("manifest-invalid", `${path} must be a JSON list of rows like {"file": …, "title": …}.`);
  }
  const rows: ImportRow[] = [];
  const bad: BadRow[] = [];
  for (const [i, entry] of entries.data.entries()) {
    const parsed = ROW.safeParse(entry);
    if (parsed.success && !isInside(parsed.data.file)) bad.push({ file: parsed.data.file, why: OUTSIDE });
    else if (parsed.success) rows.push(toRow(parsed.data));
    else bad.push({ file: nameOf(entry, i), why: z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, " ") });
  }
  return { rows, bad };
}

/** A manifest may come from a stranger: it names pictures of its own folder, not other files of this machine. */
function isInside(file: string): boolean {
  const path = normalize(file);
  return !isAbsolute(path) && path !== ".." && !path.startsWith(`..${sep}`);
}

const OUTSIDE = "The file is not in the imported folder. Copy it there and give its path within the folder.";

async function readJson(path: string): Promise<unknown> {
  let content: string;
  try {
    content = await readFile(path, "utf8");
  } catch (cause) {
    throw new OpfindError("file-missing", `The manifest ${path} cannot be read.`, { cause });
  }
  try {
    return JSON.parse(content.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new OpfindError("manifest-invalid", `${path} is not valid JSON.`, { cause });
  }
}

function toRow({ file, title, titleEnglish, titleNative, anilistId, malId, season }: z.infer<typeof ROW>): ImportRow {
  const named = title ? { title, season: season ?? null } : parseFileTitle(file.split(/[\\/]/).at(-1) ?? file);
  return {
    file,
    title: named.title,
    season: season ?? named.season,
    titleEnglish: titleEnglish ?? null,
    titleNative: titleNative ?? null,
    anilistId: anilistId ?? null,
    malId: malId ?? null,
  };
}

function nameOf(entry: unknown, i: number): string {
  const named = z.object({ file: z.string() }).safeParse(entry);
  return named.success ? named.data.file : `row ${i + 1}`;
}
