import type { AnilistId } from "../domain/anime.ts";
import { presentFailureMessage } from "../presenters/discord/failure-text.ts";
import { presentSongs } from "../presenters/discord/songs.ts";
import { presentTitleResults } from "../presenters/discord/title-search.ts";
import { settingsOf } from "./guild-settings.ts";
import { newRequestId, savePending } from "./pending-choice.ts";
import { type DeskDeps, type Outcome, presentWait, type Question, readersOf } from "./question.ts";
import { localeFor } from "./reader.ts";
import type { Reply } from "./reply.ts";
import { songsOutcome } from "./view.ts";

/** A title as it was typed, or the anime that was chosen from the suggestions. */
export type TitleWish = { readonly text: string } | { readonly anilistId: AnilistId };

/** As many as a person reads through, and a menu holds. */
const MOST_TITLES = 25;

/** Answers a question by title: the songs, or the titles that are close when it could be several. */
export async function answerTitle(
  wish: TitleWish,
  { question, reply, deps }: { readonly question: Question; readonly reply: Reply; readonly deps: DeskDeps },
  signal: AbortSignal,
): Promise<Outcome> {
  const { backend, words, clock } = deps;
  const requestId = newRequestId();
  const settings = await settingsOf(question.guildId, backend);
  const say = words.in(localeFor(settings, question.locale));
  const done = (outcome: string) => ({ requestId, outcome, stages: {} });
  const cooldown = await backend.takeTurn(question);
  if (cooldown.kind === "wait") {
    await reply.show(presentWait(cooldown, say));
    return done("cooldown");
  }
  const { locale, isEphemeral, isUninvited, userId: askerId, guildId } = question;
  const choice = { requestId, askerId, guildId, locale, isEphemeral, isUninvited, subject: { kind: "songs" } } as const;
  await savePending(choice, [], { backend, now: clock.now() });
  const readerFor = readersOf(choice, { settings, words, question });

  const songs = async (anilistId: AnilistId): Promise<Outcome> => {
    const told = await songsOutcome(anilistId, backend, signal);
    if ("failure" in told) {
      await reply.show(presentFailureMessage(told.failure, say));
      return done(told.failure);
    }
    const answer = { anilistId, songs: told, page: null, isEphemeral, isConfirmable: false, confirmedBy: null };
    await reply.show(presentSongs(answer, readerFor(0, anilistId)));
    return done("songs");
  };
  if ("anilistId" in wish) return await songs(wish.anilistId);
  const { found, failure } = await backend.findTitle(wish.text, MOST_TITLES, signal);
  const [only, other] = found;
  if (only && !other) return await songs(only.anilistId);
  if (!only && failure) await reply.show(presentFailureMessage(failure.code, say));
  else await reply.show(presentTitleResults(wish.text, found, readerFor(0, null)));
  return done(`${found.length} titles`);
}
