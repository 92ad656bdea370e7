import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Reads everything the snapshot is made of. Keys are AniList ids, except in `mal`. */
export function readInputs(shared) {
  const manifests = readdirSync(join(shared, "posters")).flatMap((set) =>
    JSON.parse(readFileSync(join(shared, "posters", set, "manifest.json"), "utf8")).map((row) => ({ ...row, set })),
  );
  const { malIds, anilistIds } = readIdMap(join(shared, "data/anime-id-map-2026-06-30.jsonl"));
  return {
    malIds,
    anilistIds,
    gallery: galleryById(manifests),
    cards: new Map(readJson(shared, "anilist-697-cards.json").map((card) => [card.id, card])),
    animethemes: new Map(
      Object.entries(readJson(shared, "animethemes-618-anime.json")).map(([id, row]) => [Number(id), row]),
    ),
    mal: new Map(readLines(join(shared, "data/themes/mal-themes-2018.jsonl")).map((row) => [row.mal_id, row])),
  };
}

function readJson(shared, name) {
  return JSON.parse(readFileSync(join(shared, "data/themes", name), "utf8"));
}

function readLines(file) {
  return readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** The set that came from AniList itself knows titles and formats best. */
function galleryById(manifests) {
  const gallery = new Map();
  const ranked = [...manifests].sort((a, b) => Number(b.set === "anilist") - Number(a.set === "anilist"));
  for (const row of ranked) {
    const id = Number(row.anilistId);
    if (id > 0 && !gallery.has(id)) gallery.set(id, row);
  }
  return gallery;
}

function readIdMap(file) {
  const malIds = new Map();
  const anilistIds = new Map();
  for (const { anilist = [], mal = [] } of readLines(file)) {
    const [id] = anilist;
    const [malId] = mal;
    if (!id || !malId || malIds.has(id) || anilistIds.has(malId)) continue;
    malIds.set(id, malId);
    anilistIds.set(malId, id);
  }
  return { malIds, anilistIds };
}
