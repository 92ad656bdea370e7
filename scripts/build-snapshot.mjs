/**
 * Rebuilds embeddings/starter/snapshot.jsonl.gz and embeddings/starter/id-map.json.gz from the folder of real data
 * beside the checkout: `npm run build && node scripts/build-snapshot.mjs [shared folder [output folder]]`.
 * Same input, same text.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { encodeIdMap } from "./snapshot/id-map.mjs";
import { readInputs } from "./snapshot/inputs.mjs";
import { buildRelations, closeOverRelations } from "./snapshot/relations.mjs";
import { describeAnime } from "./snapshot/row.mjs";

const VERSION = 1;
/** The day the sources were read (SOURCES.md of the shared folder). */
const SOURCES_READ = "2026-11-20";
const SOURCES = [
  "MyAnimeList data set of 2018 (titles, dates, relations, theme strings)",
  "AnimeThemes (titles, artists and numbers of themes of 618 anime)",
  "AniList (titles and formats)",
  "Fribb/anime-lists of 2026-06-30 (AniList and MyAnimeList ids, ODbL 1.0)",
];

const home = fileURLToPath(new URL("..", import.meta.url));
const inputs = readInputs(resolve(process.argv[2] ?? resolve(home, "../shared")));
const ids = closeOverRelations(inputs);
const relations = buildRelations(inputs, ids);
const described = [...ids].sort((a, b) => a - b).map((id) => describeAnime(inputs, relations, id));
// One cover of the gallery stands in its manifest without any title: nothing to show or to find.
const rows = described.filter(({ romaji }) => romaji !== undefined);
const header = {
  version: VERSION,
  date: SOURCES_READ,
  sources: SOURCES,
  counts: {
    anime: rows.length,
    withThemes: rows.filter(({ themes }) => themes !== undefined).length,
    themes: rows.reduce((sum, { themes }) => sum + (themes?.length ?? 0), 0),
  },
};
const folder = resolve(process.argv[3] ?? resolve(home, "embeddings/starter"));
mkdirSync(folder, { recursive: true });
const lines = [header, ...rows].map((row) => JSON.stringify(row));
write("snapshot.jsonl.gz", `${lines.join("\n")}\n`);
write("id-map.json.gz", JSON.stringify({ version: VERSION, date: "2026-06-30", ...encodeIdMap(inputs.malIds) }));
console.log(JSON.stringify(header.counts));

function write(name, text) {
  const packed = gzipSync(text, { level: 9 });
  writeFileSync(resolve(folder, name), packed);
  console.log(`${name}: ${packed.length} bytes`);
}
