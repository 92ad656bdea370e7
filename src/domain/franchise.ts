import type { AnilistId, Anime } from "./anime.ts";
import type { Theme } from "./theme.ts";

/** AniList's relation names; treated as open, since AniList adds to them. */
type RelationKind = string;

export interface Relation {
  readonly kind: RelationKind;
  readonly anilistId: AnilistId;
}

/** Where an anime stands in its franchise. Only TV, TV shorts and ONAs of the prequel/sequel line are numbered. */
export type FranchiseRole =
  | { readonly kind: "season"; readonly number: number }
  | { readonly kind: "film" | "ova" | "special" | "other" };

export interface FranchiseEntry {
  readonly anime: Anime;
  readonly role: FranchiseRole;
}

/** All seasons together: seasons first by number, then films, OVAs, specials, others, each by start date and id. */
export interface Franchise {
  readonly entries: readonly FranchiseEntry[];
  /** set when the walk hit its limits: the list may lack titles */
  readonly isCut: boolean;
}

/** Why part of an answer is missing; every kind has its own sentence. */
export interface Missing {
  readonly part: "identity" | "relations" | "songs";
  readonly source: "anilist" | "animethemes" | "tenrai" | "myanimelist" | "snapshot";
  readonly reason:
    | "down"
    | "throttled"
    | "refused"
    | "other-shape"
    | "timeout"
    | "offline"
    | "not-catalogued"
    | "not-configured";
  readonly detail: string;
}

export interface SeasonSongs extends FranchiseEntry {
  readonly openings: readonly Theme[];
  readonly endings: readonly Theme[];
  /** true when a cached answer was served while its source is down */
  readonly isStale: boolean;
}

/** Every opening and ending of a franchise, with what could not be had. */
export interface FranchiseSongs {
  readonly seasons: readonly SeasonSongs[];
  readonly isCut: boolean;
  readonly missing: readonly Missing[];
}
