import type { AnilistId, Anime, MalId } from "../domain/anime.ts";
import { OpfindError } from "../errors.ts";
import type { ImportRow } from "./import-rows.ts";
import type { ResolveTitle } from "./resolve-title.ts";

export interface ResolveDeps {
  /** The id map. @returns null when it does not know the id */
  readonly anilistIdOf: (malId: MalId) => AnilistId | null;
  readonly resolveTitle: ResolveTitle;
  /** @returns null when it is not known; then it becomes known with the anime's songs at the latest */
  readonly franchiseIdOf: (anilistId: AnilistId, signal: AbortSignal) => Promise<AnilistId | null>;
}

export type AnimeIdentity = Pick<Anime, "anilistId" | "malId" | "title">;

export type RowAnswer =
  | { readonly kind: "resolved"; readonly anime: AnimeIdentity }
  | { readonly kind: "unresolved"; readonly why: string };

/**
 * Which anime a row means: its AniList id, else its MyAnimeList id by the id map, else its title. Nothing is guessed:
 * what stays open is asked back.
 * @throws OpfindError source-* | aborted
 */
export async function resolveRow(row: ImportRow, deps: ResolveDeps, signal: AbortSignal): Promise<RowAnswer> {
  const known = row.anilistId ?? (row.malId === null ? null : deps.anilistIdOf(row.malId));
  if (known !== null) return { kind: "resolved", anime: identify(row, known) };
  const open: string[] = [];
  for (const title of spellings(row)) {
    try {
      const anilistId = await deps.resolveTitle(asTitle(title), signal);
      return { kind: "resolved", anime: identify({ ...row, title }, anilistId) };
    } catch (error) {
      if (!(error instanceof OpfindError) || !ASKED_BACK.has(error.code)) throw error;
      open.push(error.message);
    }
  }
  return { kind: "unresolved", why: open.join("\n") };
}

const ASKED_BACK: ReadonlySet<string> = new Set(["title-unknown", "title-ambiguous"]);

/** How AniList spells a season; the first is the plain title, and so is a title whose season was not given. */
function spellings({ title, season }: ImportRow): readonly string[] {
  if (season === null || season === 1) return [title];
  return [`${title} ${ordinal(season)} Season`, `${title} Season ${season}`, `${title} ${season}`];
}

/** A title of digits only ("86") would be taken for an id. */
function asTitle(title: string): string {
  return /^\d+$/.test(title) ? `"${title}"` : title;
}

function ordinal(number: number): string {
  const ending = number % 100 > 10 && number % 100 < 14 ? undefined : ["th", "st", "nd", "rd"][number % 10];
  return `${number}${ending ?? "th"}`;
}

function identify({ title, titleEnglish, titleNative, malId }: ImportRow, anilistId: AnilistId): AnimeIdentity {
  return { anilistId, malId, title: { romaji: title, english: titleEnglish, native: titleNative } };
}
