import type { FranchiseSongs, SeasonSongs } from "../domain/franchise.ts";
import { OpfindError } from "../errors.ts";
import { MAX_IMAGE_BYTES } from "../pipeline/image-limits.ts";
import type { TierList } from "../pipeline/tier-list.ts";
import type { DiscordMessage } from "../presenters/discord/message.ts";
import type { Reader } from "../presenters/discord/reader.ts";
import { presentTierListAnswer } from "../presenters/discord/tier-list.ts";
import type { Backend } from "./backend.ts";
import { type ClickContext, isAgeRestricted, isEphemeral, tell } from "./click.ts";
import { newRequestId, savePending } from "./pending-choice.ts";
import { type DeskDeps, laneOf, readersOf } from "./question.ts";
import { interactionReply } from "./reply.ts";
import { withRoom } from "./room.ts";

/** A board may show a hundred franchises, and AniList answers some 25 questions a minute: songs come as far as time goes. */
const FIRST_PATIENCE_MS = 20_000;
const PAGE_PATIENCE_MS = 8_000;

/** "Read the tier list": names every picture of it in a message of its own. */
export async function readBoard(context: ClickContext): Promise<void> {
  const { interaction, click, choice, settings, deps, signal } = context;
  const { backend, words, clock } = deps;
  const turn = { lane: laneOf({ userId: interaction.user.id }) };
  const read = await withRoom({ bytes: MAX_IMAGE_BYTES, turn, backend }, signal, async () => {
    const file = await backend.picture(click);
    return file && (await backend.readTierList(file.bytes, turn, signal));
  });
  if (!read) return await tell(context, "notice.attachment-gone");
  const { list, copy } = read;
  const own = {
    ...choice,
    requestId: newRequestId(),
    askerId: interaction.user.id,
    isEphemeral: isEphemeral(interaction),
    subject: { kind: "tier-list", list },
  } as const;
  await savePending(own, [], { backend, now: clock.now() });
  const question = { isAgeRestricted: isAgeRestricted(interaction) };
  const reader = readersOf(own, { settings, words, question })(0, null);
  const picture = copy ? Buffer.from(copy) : null;
  const reply = interactionReply(interaction);
  await reply.show(presentTierListAnswer({ list, copy: picture, songs: [], page: 0 }, reader));
  const songs = seasonsOf(await boardSongs(list, { deps, patienceMs: FIRST_PATIENCE_MS, signal }), list);
  if (songs.length > 0) await reply.show(presentTierListAnswer({ list, copy: null, songs, page: 0 }, reader));
}

export async function boardPage(
  list: TierList,
  { page, reader, deps, signal }: { page: number; reader: Reader; deps: DeskDeps; signal: AbortSignal },
): Promise<DiscordMessage> {
  const songs = seasonsOf(await boardSongs(list, { deps, patienceMs: PAGE_PATIENCE_MS, signal }), list);
  return presentTierListAnswer({ list, copy: null, songs, page }, reader);
}

/** The franchises on a board, each once, in its order; those whose songs cannot be had in time are left out. */
export async function boardSongs(
  list: TierList,
  {
    deps,
    patienceMs,
    signal,
  }: { deps: Pick<DeskDeps, "clock"> & { backend: Pick<Backend, "songsOf"> }; patienceMs: number; signal: AbortSignal },
): Promise<readonly FranchiseSongs[]> {
  const until = deps.clock.elapsedMs() + patienceMs;
  const found: FranchiseSongs[] = [];
  const told = new Set<number>();
  for (const anilistId of recognised(list)) {
    if (told.has(anilistId) || deps.clock.elapsedMs() > until) continue;
    try {
      const songs = await deps.backend.songsOf(anilistId, signal);
      for (const { anime } of songs.seasons) told.add(anime.anilistId);
      found.push(songs);
    } catch (failure) {
      if (!(failure instanceof OpfindError) || failure.code === "aborted") throw failure;
    }
  }
  return found;
}

function recognised({ rows }: TierList): readonly number[] {
  const verdicts = rows.flatMap((row) => row.cells).map(({ verdict }) => verdict);
  return verdicts.flatMap((verdict) => (verdict.kind === "match" ? [verdict.best.anilistId] : []));
}

/** Only the seasons that are on the board, in its order, each once. */
function seasonsOf(franchises: readonly FranchiseSongs[], list: TierList): readonly SeasonSongs[] {
  const seasons = new Map(franchises.flatMap((one) => one.seasons).map((season) => [season.anime.anilistId, season]));
  return [...new Set(recognised(list))].flatMap((anilistId) => seasons.get(anilistId) ?? []);
}
