import { z } from "zod";
import type { FranchiseSongs } from "../domain/franchise.ts";
import { OpfindError } from "../errors.ts";
import type { Turn } from "../pipeline/fair-line.ts";
import type { Resident } from "../pipeline/resident.ts";
import { failureFacts } from "../presenters/failure.ts";
import { timingFacts, timings, verdictFacts, verdictShape } from "./recognition-schemas.ts";
import { PROBLEM_CODES } from "./request-codes.ts";
import { franchiseSongs } from "./song-schemas.ts";

export const trouble = z.object({ code: z.enum(PROBLEM_CODES), message: z.string() });

export const identification = z.object({
  ...verdictShape,
  songs: franchiseSongs.nullable().meta({ description: "of a match; null without one, or where they were not wanted" }),
  songsTrouble: trouble.nullable().meta({ description: "why the songs of a match could not be had" }),
  timings,
});

export type IdentificationFacts = z.output<typeof identification>;

interface Question {
  readonly picture: Uint8Array;
  readonly isWithSongs: boolean;
  readonly turn: Turn;
}

/** Names a picture and asks for its songs; that those cannot be had does not spoil the name. @throws like `Resident.identify` */
export async function answerPicture(
  { picture, isWithSongs, turn }: Question,
  resident: Pick<Resident, "identify" | "songsOf">,
  signal: AbortSignal,
): Promise<IdentificationFacts> {
  const told = await resident.identify(picture, turn, signal);
  const { verdict } = told;
  const songs = isWithSongs && verdict.kind === "match" ? resident.songsOf(verdict.best.anilistId, signal) : null;
  const facts = { ...verdictFacts(verdict), timings: timingFacts(told) };
  return { ...facts, ...(await orTrouble(songs)) };
}

async function orTrouble(
  songs: Promise<FranchiseSongs> | null,
): Promise<Pick<IdentificationFacts, "songs" | "songsTrouble">> {
  try {
    return { songs: await songs, songsTrouble: null };
  } catch (error) {
    if (!(error instanceof OpfindError) || error.code === "aborted") throw error;
    return { songs: null, songsTrouble: failureFacts(error) };
  }
}
