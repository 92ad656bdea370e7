import type { AnilistId, Anime, PartialDate } from "../domain/anime.ts";
import type { Franchise, FranchiseEntry, FranchiseRole } from "../domain/franchise.ts";
import type { Survey } from "./franchise-survey.ts";

/** Titles that belong together, found by a walk. */
export interface Family {
  /** the line whose TV series, TV shorts and ONAs are numbered */
  readonly lineIds: ReadonlySet<AnilistId>;
  /** everything listed, the line included */
  readonly ids: ReadonlySet<AnilistId>;
  readonly isCut: boolean;
}

/** Gives every title its role and place: seasons by number, then films, OVAs, specials, others, each by date and id. */
export function arrange(survey: Survey, { lineIds, ids, isCut }: Family): Franchise {
  const ordered = [...ids].sort(startOrder(survey)).flatMap((id) => survey.node(id)?.anime ?? []);
  const isSeason = (anime: Anime) => lineIds.has(anime.anilistId) && isSeasonFormat(anime);
  const seasons = ordered.filter(isSeason).map((anime, at): FranchiseEntry => {
    return { anime, role: { kind: "season", number: at + 1 } };
  });
  const others = ordered.filter((anime) => !isSeason(anime)).map((anime) => ({ anime, role: roleOf(anime) }));
  const entries = [...seasons, ...OTHER_ROLES.flatMap((kind) => others.filter(({ role }) => role.kind === kind))];
  return { entries, isCut };
}

/** Formats that are numbered as seasons when they stand in the prequel/sequel line. */
export function isSeasonFormat({ format }: Anime): boolean {
  return format === "TV" || format === "TV_SHORT" || format === "ONA";
}

/** Compares ids of known titles by start date, then id; what is not known of a date counts as late. */
export function startOrder(survey: Survey): (a: AnilistId, b: AnilistId) => number {
  const key = (id: AnilistId) => dateKey(survey.node(id)?.anime.startDate);
  return (a, b) => key(a) - key(b) || a - b;
}

function dateKey(date: PartialDate | undefined): number {
  return (date?.year ?? 9999) * 10_000 + (date?.month ?? 99) * 100 + (date?.day ?? 99);
}

const OTHER_ROLES = ["film", "ova", "special", "other"] as const;

function roleOf({ format }: Anime): Exclude<FranchiseRole, { kind: "season" }> {
  switch (format) {
    case "MOVIE":
      return { kind: "film" };
    case "OVA":
      return { kind: "ova" };
    case "SPECIAL":
      return { kind: "special" };
    case "TV":
    case "TV_SHORT":
    case "ONA":
    case "MUSIC":
    case null:
      return { kind: "other" };
  }
}
