import { readdir, readFile } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { z } from "zod";
import type { AnilistId } from "../domain/anime.ts";
import { OpfindError } from "../errors.ts";

/** An image file and what it shows. */
export interface LabelledFile {
  /** name of the folder it lies in: "anilist", "mal" … */
  readonly set: string;
  readonly path: string;
  readonly title: string;
  /** null when nobody knows: then it can be no query */
  readonly anilistId: AnilistId | null;
}

const Manifest = z.array(
  z.object({
    file: z.string().min(1),
    title: z.string().nullish(),
    titleEnglish: z.string().nullish(),
    titleNative: z.string().nullish(),
    anilistId: z.int().positive().nullish(),
  }),
);

const Split = z.object({
  train: z.array(z.int()).default([]),
  dev: z.array(z.int()).default([]),
  test: z.array(z.int()).default([]),
});

/** AniList ids by part; what the encoder was trained on, chosen by and never saw. */
export type Split = Readonly<z.infer<typeof Split>>;

/**
 * Reads the rows of a folder's `manifest.json`, as `opfind posters import` takes it.
 * @throws OpfindError file-missing | manifest-invalid
 */
export async function readLabelled(folder: string): Promise<readonly LabelledFile[]> {
  const set = basename(resolve(folder));
  const rows = await readJson(join(folder, "manifest.json"), Manifest);
  return rows.map(({ file, title, titleEnglish, titleNative, anilistId }) => ({
    set,
    path: join(folder, file),
    title: title ?? titleEnglish ?? titleNative ?? file,
    anilistId: anilistId ?? null,
  }));
}

/** Every image of a folder: pictures that no gallery knows. @throws OpfindError file-missing */
export async function readUnlabelled(folder: string): Promise<readonly LabelledFile[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new OpfindError("file-missing", `There is no readable folder ${folder}.`, { cause });
  });
  return names
    .filter((name) => IMAGE_EXTENSIONS.has(extname(name).toLowerCase()))
    .sort()
    .map((name) => ({ set: basename(resolve(folder)), path: join(folder, name), title: name, anilistId: null }));
}

/** @throws OpfindError file-missing | manifest-invalid */
export async function readSplit(file: string): Promise<Split> {
  return await readJson(file, Split);
}

const IMAGE_EXTENSIONS = new Set([".jpg", ".jpeg", ".jfif", ".png", ".webp", ".avif", ".gif", ".tif", ".tiff"]);

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new OpfindError("file-missing", `There is no readable file ${file}.`, { cause });
  });
  const parsed = schema.safeParse(parseJson(text, file));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new OpfindError("manifest-invalid", `${file} has another form: ${issue?.path.join(".")}: ${issue?.message}.`, {
    cause: parsed.error,
  });
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new OpfindError("manifest-invalid", `${file} is no JSON.`, { cause });
  }
}
