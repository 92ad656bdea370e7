import type { AnilistId } from "../domain/anime.ts";
import type { FranchiseRole, FranchiseSongs } from "../domain/franchise.ts";

/**
 * Where in its franchise the recognised anime stands, above the songs of all of it: "This cover is season 2's; below are
 * seasons 1–3 and 4 more of its franchise." Null where there is nothing else, or where the anime is not in the list.
 */
export function coverPlace(anilistId: AnilistId, { seasons }: FranchiseSongs): string | null {
  const own = seasons.find(({ anime }) => anime.anilistId === anilistId);
  if (!own || seasons.length < 2) return null;
  const numbers = seasons.flatMap(({ role }) => (role.kind === "season" ? role.number : []));
  const others = seasons.length - numbers.length;
  const kind = numbers.length > 0 ? "more" : "titles";
  const below = [seasonsInWords(numbers), others > 0 ? `${others} ${kind} of its franchise` : ""];
  return `This cover is ${ownerOf(own.role)}; below are ${below.filter((part) => part !== "").join(" and ")}.`;
}

function seasonsInWords(numbers: readonly number[]): string {
  if (numbers.length === 0) return "";
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
  return first === last ? `season ${first}` : `seasons ${first}–${last}`;
}

function ownerOf(role: FranchiseRole): string {
  switch (role.kind) {
    case "season":
      return `season ${role.number}'s`;
    case "film":
      return "a film's";
    case "ova":
      return "an OVA's";
    case "special":
      return "a special's";
    case "other":
      return "that of a part beside the seasons";
  }
}
