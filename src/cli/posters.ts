import { Command } from "commander";
import { OpfindError } from "../errors.ts";
import type { SqlitePosterStore } from "../index/poster-store.ts";
import { exportPosters } from "./posters-export.ts";
import { type ImportGallery, runImport } from "./posters-import.ts";
import type { VerbContext } from "./verb.ts";

/** What of wire.ts the verb opens. */
export interface PostersWire {
  openGallery(context: VerbContext): Promise<ImportGallery>;
  /** the poster store alone, without a network; seeded like the gallery's */
  openStore(context: VerbContext): Promise<SqlitePosterStore>;
}

interface Options {
  readonly json?: true;
  readonly manifest?: string;
}

/** `opfind posters import|list|remove|export`: the pictures that opfind knows. */
export function postersVerb(context: VerbContext, wire: PostersWire): Command {
  const { openGallery } = wire;
  const posters = new Command("posters").description("The posters that opfind knows.");
  posters
    .command("import")
    .description("teach it a folder of posters; an interrupted import goes on, a second one adds nothing")
    .argument("<dir>", "a folder with manifest.json, or of pictures named by title")
    .option("--manifest <file>", "rows {file, title, anilistId?, malId?}, when it is not in the folder")
    .option("--json", "the summary as one JSON object")
    .action((dir: string, { manifest, json }: Options) =>
      runImport(context, { dir, manifest, isJson: json === true, openGallery }),
    );
  posters
    .command("list")
    .description("every poster")
    .option("--json", "one JSON object per poster")
    .action((options: Options) => withStore(context, wire, (store) => list(store, context, options)));
  posters
    .command("remove")
    .description("forget posters, with their pictures")
    .argument("<posterId...>", "ids as `posters list` shows them")
    .action((ids: string[]) => withStore(context, wire, (store) => remove(store, context, ids)));
  posters
    .command("export")
    .description("write every picture and a manifest.json that import reads again")
    .argument("<dir>", "a folder; made when it is absent")
    .action((dir: string) => withStore(context, wire, (store) => exportPosters(store, dir, context)));
  return posters;
}

async function withStore(context: VerbContext, wire: PostersWire, work: (store: SqlitePosterStore) => Promise<void>) {
  const store = await wire.openStore(context);
  try {
    await work(store);
  } finally {
    store.close();
  }
}

async function list(store: SqlitePosterStore, { output }: VerbContext, { json }: Options): Promise<void> {
  let count = 0;
  for (const { posterId, anilistId, title, source, addedAt } of store.list()) {
    count++;
    if (json) output.json({ posterId, anilistId, title, source, addedAt });
    else
      output.line(
        `${String(posterId).padStart(7)}  ${title}  (AniList ${anilistId}, ${source}, ${addedAt.slice(0, 10)})`,
      );
  }
  if (!json) output.note(count === 1 ? "1 poster" : `${count} posters`);
}

async function remove(store: SqlitePosterStore, { output }: VerbContext, ids: readonly string[]): Promise<void> {
  const wrong = ids.find((id) => !/^\d{1,15}$/.test(id));
  if (wrong !== undefined)
    throw new OpfindError("usage", `${wrong} is no poster id; \`opfind posters list\` shows them.`);
  let removed = 0;
  for (const id of ids) {
    if (await store.remove(Number(id))) removed++;
    else output.note(`There is no poster ${id}.`);
  }
  if (removed === 0) throw new OpfindError("usage", "None of these posters exists; `opfind posters list` shows them.");
  output.line(removed === 1 ? "1 poster removed" : `${removed} posters removed`);
}
