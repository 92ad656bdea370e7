import type { AnilistId } from "../domain/anime.ts";
import type { Franchise } from "../domain/franchise.ts";
import type { AnimeNode } from "../pipeline/ports.ts";
import { arrange, type Family, isSeasonFormat, startOrder } from "./franchise-order.ts";
import { type Line, MAX_TITLES, relatedIds, Survey } from "./franchise-survey.ts";

/** Answers one layer: the nodes of these ids that exist, in one request as far as its page size allows. */
export type AskLayer = (ids: readonly AnilistId[], signal: AbortSignal) => Promise<ReadonlyMap<AnilistId, AnimeNode>>;

/** A parent's parent's parent is as far as real data goes. */
const MAX_CLIMBS = 4;
/** A line too long to see at once is walked again from its earliest known title, until that stays the same. */
const MAX_REWALKS = 4;

/**
 * Finds all seasons of an anime, with films, OVAs and specials. The list depends on the franchise, not on `start`:
 *
 * - A *line* is what PREQUEL and SEQUEL connect where both ends say so. A one-sided claim is listed, not followed.
 * - A title's own list is its line with the direct relations of that line (SIDE_STORY, SUMMARY, ALTERNATIVE …).
 * - A *side line* (a lone title, or a chain with fewer than two seasons) with a PARENT, else CONTAINS, relation belongs
 *   to the line of the smallest such id: it is listed there whole, and starting from it gives that line's list.
 *   Should the parent not list it in return, the side line stands by itself.
 * - Where the limits cut, the walk starts from the earliest title, so the cut is the same for all that it keeps.
 *
 * @returns null when no source knows `start`
 * @throws whatever `askLayer` throws
 */
export async function walkFranchise(
  askLayer: AskLayer,
  start: AnilistId,
  signal: AbortSignal,
): Promise<Franchise | null> {
  const survey = new Survey((ids) => askLayer(ids, signal));
  await survey.learn([start]);
  if (!survey.node(start)) return null;
  const own = await canonicalLine(survey, start);
  const family = await gather(survey, await climb(survey, own));
  // A parent that does not list the line it comes from would answer with a list that lacks it.
  if ([...own.ids, start].every((id) => family.ids.has(id))) return arrange(survey, family);
  return arrange(survey, await gather(survey, own.ids.has(start) ? own : await survey.line(start)));
}

/** The same line for every title in it, also when the line is longer than the limits. */
async function canonicalLine(survey: Survey, start: AnilistId): Promise<Line> {
  let line = await survey.line(start);
  for (let walks = 0; line.isCut && walks < MAX_REWALKS; walks++) {
    const [earliest = start] = [...line.ids].sort(startOrder(survey));
    if (earliest === line.root) break;
    line = await survey.line(earliest);
  }
  return line;
}

/** Goes from a side line to the line it belongs to. Lines that name each other as parents: the smallest id wins. */
async function climb(survey: Survey, from: Line): Promise<Line> {
  const path = [from];
  let line = from;
  for (let climbs = 0; climbs < MAX_CLIMBS; climbs++) {
    const parent = parentOf(survey, line);
    if (parent === null) break;
    await survey.learn([parent]);
    if (!survey.node(parent)) break;
    const known = path.findIndex(({ ids }) => ids.has(parent));
    if (known !== -1) return [...path.slice(known)].sort((a, b) => smallest(a) - smallest(b))[0] ?? line;
    line = await canonicalLine(survey, parent);
    path.push(line);
  }
  return line;
}

function smallest({ ids }: Line): number {
  return Math.min(...ids);
}

/** The id whose line this line belongs to; null when it stands by itself. */
function parentOf(survey: Survey, { ids }: Line): AnilistId | null {
  const nodes = [...ids].flatMap((id) => survey.node(id) ?? []);
  if (ids.size > 1 && nodes.filter(({ anime }) => isSeasonFormat(anime)).length > 1) return null;
  for (const kind of ["PARENT", "CONTAINS"]) {
    const parents = nodes.flatMap((node) => relatedIds(node, [kind])).filter((id) => !ids.has(id));
    if (parents.length > 0) return Math.min(...parents);
  }
  return null;
}

/** Lists a line, its direct relations, and whole side lines that belong to it, until the limit. */
async function gather(survey: Survey, root: Line): Promise<Family> {
  const ids = new Set(root.ids);
  const lines = [root];
  let isCut = root.isCut;
  for (const line of lines) {
    const direct = survey.neighbours(line.ids).filter((id) => !ids.has(id));
    await survey.learn(direct.slice(0, MAX_TITLES));
    const sides = await sideLines(survey, line, direct);
    const listed = [...(line === root ? direct : []), ...sides.flatMap((side) => [...side.ids])];
    for (const id of listed.filter((one) => survey.node(one))) {
      if (ids.size < MAX_TITLES) ids.add(id);
      else isCut ||= !ids.has(id);
    }
    isCut ||= direct.length > MAX_TITLES;
    lines.push(...sides.filter((side) => !lines.some((known) => known.ids.has(side.root))));
  }
  return { lineIds: root.ids, ids, isCut };
}

/** The lines among these titles that belong to `line`. */
async function sideLines(survey: Survey, line: Line, among: readonly AnilistId[]): Promise<readonly Line[]> {
  const children = among.filter((id) =>
    relatedIds(survey.node(id), ["PARENT", "CONTAINS"]).some((p) => line.ids.has(p)),
  );
  await survey.learn(survey.claims(children)); // one layer for all of them
  const sides: Line[] = [];
  for (const child of children) {
    if (sides.some(({ ids }) => ids.has(child))) continue;
    const side = await survey.line(child);
    const parent = parentOf(survey, side);
    if (parent !== null && line.ids.has(parent)) sides.push(side);
  }
  return sides;
}
