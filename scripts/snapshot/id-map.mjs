/**
 * Columns that compress well: AniList ids as differences to the one before, MyAnimeList ids as differences to
 * what the last distance predicts. src/sources/id-map.ts reads them.
 */
export function encodeIdMap(malIds) {
  const pairs = [...malIds].sort(([a], [b]) => a - b);
  const anilist = [];
  const mal = [];
  let lastId = 0;
  let lastMal = 0;
  for (const [id, malId] of pairs) {
    anilist.push(id - lastId);
    mal.push(malId - lastMal - (id - lastId));
    lastId = id;
    lastMal = malId;
  }
  return { anilist, mal };
}
