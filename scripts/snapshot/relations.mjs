/** MyAnimeList's names of relations in AniList's. */
const KINDS = {
  Sequel: "SEQUEL",
  Prequel: "PREQUEL",
  "Side story": "SIDE_STORY",
  "Parent story": "PARENT",
  "Full story": "PARENT",
  Summary: "SUMMARY",
  "Alternative version": "ALTERNATIVE",
  "Alternative setting": "ALTERNATIVE",
  "Spin-off": "SPIN_OFF",
  Character: "CHARACTER",
  Other: "OTHER",
};
/** What the other side calls it, for titles whose own page is not in the data. */
const INVERSE = {
  SEQUEL: "PREQUEL",
  PREQUEL: "SEQUEL",
  SIDE_STORY: "PARENT",
  SUMMARY: "PARENT",
  SPIN_OFF: "PARENT",
  ALTERNATIVE: "ALTERNATIVE",
  CHARACTER: "CHARACTER",
  OTHER: "OTHER",
};
/** Shared characters and "other" join advertisements and crossovers, not seasons. */
const LOOSE = new Set(["CHARACTER", "OTHER"]);

/** The gallery and every title that its franchises reach. */
export function closeOverRelations(inputs) {
  const neighbours = new Map();
  for (const { from, kind, to } of edges(inputs)) {
    if (LOOSE.has(kind)) continue;
    neighbours.set(from, [...(neighbours.get(from) ?? []), to]);
    neighbours.set(to, [...(neighbours.get(to) ?? []), from]);
  }
  const seen = new Set(inputs.gallery.keys());
  const queue = [...seen];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const next of neighbours.get(id) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return seen;
}

/** Relations of each title to others of the snapshot, also where only the other page names them. */
export function buildRelations(inputs, ids) {
  const relations = new Map([...ids].map((id) => [id, new Map()]));
  const known = edges(inputs).filter(({ from, to }) => ids.has(from) && ids.has(to));
  for (const { from, kind, to } of known) relations.get(from).set(to, kind);
  for (const { from, kind, to } of known) {
    const inverse = INVERSE[kind];
    if (inverse && !relations.get(to).has(from)) relations.get(to).set(from, inverse);
  }
  return relations;
}

function edges({ mal, anilistIds }) {
  return [...mal.values()].flatMap((row) =>
    Object.entries(row.related).flatMap(([name, targets]) =>
      targets.flatMap((target) => {
        const from = anilistIds.get(row.mal_id);
        const to = target.type === "anime" ? anilistIds.get(target.mal_id) : undefined;
        const kind = KINDS[name];
        return from && to && kind && from !== to ? [{ from, kind, to, title: target.title }] : [];
      }),
    ),
  );
}

/** Titles of anime that only occur as somebody's relation. */
export function relatedTitles(inputs) {
  return new Map(edges(inputs).map(({ to, title }) => [to, title]));
}
