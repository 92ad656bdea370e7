import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { OpfindError } from "../errors.ts";
import { type IndexManifest, readManifest, writeManifest } from "./manifest.ts";
import type { SnapshotPlace } from "./snapshot.ts";

/** How many versions of each network's index are kept for a rollback, the one in use included. */
export const KEPT_VERSIONS = 3;
const GENERATION = "g-";

export interface IndexVersion {
  /** names it in `index rollback` */
  readonly version: string;
  readonly manifest: IndexManifest;
  /** `embeddings/index/<model>` */
  readonly folder: string;
  /** the one that its network answers from when nothing is rolled back */
  readonly isLatest: boolean;
}

function versionOf({ vectors }: Pick<IndexManifest, "vectors">): string {
  return vectors.file.slice(GENERATION.length, GENERATION.length + 8);
}

/** Keeps what a version was made from beside its files; the manifest of the folder only names the newest. */
export async function keepManifest({ folder }: Pick<SnapshotPlace, "folder">, manifest: IndexManifest): Promise<void> {
  await writeManifest(join(folder, generationOf(manifest)), manifest);
}

/** The folders of the versions that stay: the newest ones, and those that are named. */
export async function keptGenerations(folder: string, pinned: string | null): Promise<readonly string[]> {
  const versions = await versionsIn(folder);
  const kept = versions.filter(({ version, isLatest }, at) => at < KEPT_VERSIONS || isLatest || version === pinned);
  return kept.map(({ manifest }) => generationOf(manifest));
}

/** Every version of every network, newest first. */
export async function listVersions(dataDir: string): Promise<readonly IndexVersion[]> {
  const root = join(dataDir, "embeddings", "index");
  const folders = (await entriesOf(root)).filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name));
  return newestFirst((await Promise.all(folders.map(versionsIn))).flat());
}

/** @throws OpfindError usage naming the versions there are */
export function findVersion(versions: readonly IndexVersion[], asked: string): IndexVersion {
  const found = versions.find(({ version }) => version === asked);
  if (found) return found;
  const known = versions.map(({ version }) => version).join(", ") || "none";
  throw new OpfindError("usage", `There is no index version "${asked}". The versions are: ${known}.`);
}

async function versionsIn(folder: string): Promise<readonly IndexVersion[]> {
  const latest = await readManifest(folder);
  const generations = (await entriesOf(folder)).filter(({ name }) => name.startsWith(GENERATION));
  const manifests = await Promise.all(generations.map(({ name }) => readManifest(join(folder, name))));
  // A build that was killed left a folder without a manifest.
  const whole = manifests.filter((manifest) => manifest !== null);
  const isLatest = (manifest: IndexManifest) => latest !== null && versionOf(latest) === versionOf(manifest);
  return newestFirst(
    whole.map((manifest) => ({ version: versionOf(manifest), manifest, folder, isLatest: isLatest(manifest) })),
  );
}

function newestFirst(versions: readonly IndexVersion[]): readonly IndexVersion[] {
  return [...versions].sort((a, b) => b.manifest.builtAt.localeCompare(a.manifest.builtAt));
}

function generationOf({ vectors }: IndexManifest): string {
  return vectors.file.split("/")[0] ?? "";
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
