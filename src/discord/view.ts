import type { AnilistId } from "../domain/anime.ts";
import type { FranchiseSongs } from "../domain/franchise.ts";
import type { Candidate } from "../domain/identification.ts";
import { OpfindError } from "../errors.ts";
import { drawCandidates } from "../presenters/discord/candidate-sheet.ts";
import { type Choice, choiceTitle, MOST_CHOICES, presentAmbiguous } from "../presenters/discord/choice.ts";
import { presentFailureMessage } from "../presenters/discord/failure-text.ts";
import { presentQuietMatch } from "../presenters/discord/match.ts";
import type { DiscordMessage } from "../presenters/discord/message.ts";
import type { Reader } from "../presenters/discord/reader.ts";
import { type PictureAnswer, presentPicture, presentSeveral } from "../presenters/discord/several.ts";
import { presentSongs } from "../presenters/discord/songs.ts";
import type { SongsOutcome } from "../presenters/discord/songs-card.ts";
import { offerTierList } from "../presenters/discord/tier-list.ts";
import { presentNoneOfThese } from "../presenters/discord/unknown.ts";
import type { Backend } from "./backend.ts";
import type { Finding, PendingChoice } from "./pending-choice.ts";

/** What of an answer is looked at. */
export interface View {
  /** from 0; null for the overview of several */
  readonly picture: number | null;
  /** the anime that was chosen; null for what the verdict says */
  readonly anilistId: AnilistId | null;
  /** of the songs, from 0; null for the one with the anime */
  readonly page: number | null;
  /** all of it, though nobody asked */
  readonly isWhole: boolean;
}

export interface ViewDeps {
  readonly backend: Pick<Backend, "songsOf" | "card" | "cover" | "standing">;
  /** for one view: its custom ids name the picture and the anime */
  readonly readerFor: (picture: number, anilistId: AnilistId | null) => Reader;
}

const NO_SONGS: FranchiseSongs = { seasons: [], isCut: false, missing: [] };

/** The answer to the pictures of a question, as a message. */
export async function showPictures(
  choice: PendingChoice,
  findings: readonly Finding[],
  { view, deps, signal }: { readonly view: View; readonly deps: ViewDeps; readonly signal: AbortSignal },
): Promise<DiscordMessage> {
  const at = findings.length === 1 ? 0 : view.picture;
  const finding = at === null ? undefined : findings[at];
  const best = finding?.kind === "seen" && finding.verdict.kind === "match" ? finding.verdict.best : null;
  const reader = deps.readerFor(at ?? 0, view.anilistId ?? best?.anilistId ?? null);
  const looking: Looking = { choice, view, deps, reader, signal };
  if (at === null || !finding) return presentSeveral(findings.map(shortAnswer), null, reader);
  const chosen = view.anilistId === null ? best : candidateOf(finding, view.anilistId);
  if (!chosen && view.anilistId !== null) return await showSearched(view.anilistId, at, looking);
  const answer = await pictureAnswer(finding, { at, chosen, looking });
  if (findings.length > 1) {
    const others = findings.map((other, number) => (number === at ? answer : shortAnswer(other)));
    return presentSeveral(others, at, reader);
  }
  const isQuiet = choice.isUninvited && !view.isWhole && answer.kind === "match";
  const shown = isQuiet ? presentQuietMatch(answer.answer, reader) : presentPicture(answer, reader);
  return finding.kind === "seen" && finding.isBoard ? offerTierList(shown, reader) : shown;
}

interface Looking {
  readonly choice: PendingChoice;
  readonly view: View;
  readonly deps: ViewDeps;
  readonly reader: Reader;
  readonly signal: AbortSignal;
}

/** After "Wrong?": what else it could be. */
export async function showOthers(
  finding: Finding,
  { deps, reader, signal }: Pick<Looking, "deps" | "reader" | "signal">,
): Promise<DiscordMessage> {
  const candidates = finding.kind === "seen" ? finding.verdict.candidates : [];
  if (candidates.length < 2) return presentNoneOfThese(reader);
  const { choices, sheet } = await choicesOf(candidates, { deps, reader, signal });
  return presentAmbiguous(choices, sheet, reader);
}

export async function songsOutcome(
  anilistId: AnilistId,
  { songsOf }: Pick<Backend, "songsOf">,
  signal: AbortSignal,
): Promise<SongsOutcome> {
  try {
    return await songsOf(anilistId, signal);
  } catch (failure) {
    if (!(failure instanceof OpfindError) || failure.code === "aborted") throw failure;
    return { failure: failure.code };
  }
}

function candidateOf(finding: Finding, anilistId: AnilistId): Candidate | null {
  if (finding.kind === "failed") return null;
  return finding.verdict.candidates.find((candidate) => candidate.anilistId === anilistId) ?? null;
}

/** A title that was searched for the picture: the songs, and a button that teaches it. */
async function showSearched(
  anilistId: AnilistId,
  picture: number,
  { choice, view, deps, reader, signal }: Looking,
): Promise<DiscordMessage> {
  const songs = await songsOutcome(anilistId, deps.backend, signal);
  if ("failure" in songs) return presentFailureMessage(songs.failure, reader.say);
  const confirmedBy = await confirmerOf(choice.requestId, picture, deps.backend);
  const { isEphemeral } = choice;
  return presentSongs({ anilistId, songs, page: view.page, isEphemeral, isConfirmable: true, confirmedBy }, reader);
}

async function pictureAnswer(
  finding: Finding,
  { at, chosen, looking }: { readonly at: number; readonly chosen: Candidate | null; readonly looking: Looking },
): Promise<PictureAnswer> {
  if (finding.kind === "failed") return finding;
  const { choice, view, deps, signal } = looking;
  if (chosen) {
    const [songs, confirmedBy] = await Promise.all([
      songsOutcome(chosen.anilistId, deps.backend, signal),
      confirmerOf(choice.requestId, at, deps.backend),
    ]);
    const { isEphemeral } = choice;
    return { kind: "match", answer: { match: chosen, songs, page: view.page, isEphemeral, confirmedBy } };
  }
  if (finding.verdict.kind === "unknown") return { kind: "unknown" };
  return { kind: "ambiguous", ...(await choicesOf(finding.verdict.candidates, looking)) };
}

async function confirmerOf(requestId: string, picture: number, { standing }: Pick<Backend, "standing">) {
  const confirmation = await standing({ requestId, picture });
  return confirmation?.state === "confirmed" ? confirmation.userId : null;
}

/** Candidates with their cards and covers, as far as those can be had. */
async function choicesOf(
  candidates: readonly Candidate[],
  { deps, reader, signal }: Pick<Looking, "deps" | "reader" | "signal">,
): Promise<{ readonly choices: readonly Choice[]; readonly sheet: Buffer | null }> {
  const choices = await Promise.all(
    candidates.slice(0, MOST_CHOICES).map(async (candidate): Promise<Choice> => {
      return { candidate, anime: await cardOrNone(candidate.anilistId, deps.backend, signal) };
    }),
  );
  const cells = await Promise.all(
    choices.map(async (one) => {
      // While nobody can say that it is not an adult cover, it is treated as one.
      const isHidden = !reader.isAgeRestricted && one.anime?.isAdult !== false;
      const wish = { ...one.candidate, coverUrl: one.anime?.coverUrl ?? null };
      return { title: choiceTitle(one, reader), cover: isHidden ? null : await deps.backend.cover(wish, signal) };
    }),
  );
  return { choices, sheet: await drawCandidates(cells) };
}

/** A choice stands by its title where the card cannot be had; the log of the sources tells why. */
async function cardOrNone(anilistId: AnilistId, { card }: Pick<Backend, "card">, signal: AbortSignal) {
  try {
    return await card(anilistId, signal);
  } catch (failure) {
    if (!(failure instanceof OpfindError) || failure.code === "aborted") throw failure;
    return null;
  }
}

/** In the overview: titles as the posters have them, without asking anybody for songs. */
function shortAnswer(finding: Finding): PictureAnswer {
  if (finding.kind === "failed") return finding;
  const { verdict } = finding;
  switch (verdict.kind) {
    case "match":
      return {
        kind: "match",
        answer: { match: verdict.best, songs: NO_SONGS, page: null, isEphemeral: false, confirmedBy: null },
      };
    case "ambiguous":
      return {
        kind: "ambiguous",
        choices: verdict.candidates.slice(0, MOST_CHOICES).map((candidate) => ({ candidate, anime: null })),
        sheet: null,
      };
    case "unknown":
      return { kind: "unknown" };
  }
}
