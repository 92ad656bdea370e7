import { MAX_IMAGE_BYTES } from "../pipeline/image-limits.ts";
import type { TierList } from "../pipeline/tier-list.ts";
import type { DiscordMessage } from "../presenters/discord/message.ts";
import { presentNotice } from "../presenters/discord/notice.ts";
import type { Reader } from "../presenters/discord/reader.ts";
import { presentTierListAnswer } from "../presenters/discord/tier-list.ts";
import { animeOn, gatherSongs } from "./board-songs.ts";
import { type ClickContext, isAgeRestricted, isEphemeral, readersAt, sayIn, tell } from "./click.ts";
import { newRequestId, savePending } from "./pending-choice.ts";
import { PoliteEdits } from "./polite-edits.ts";
import { type DeskDeps, laneOf, readersOf } from "./question.ts";
import { asideReply, interactionReply } from "./reply.ts";
import { withRoom } from "./room.ts";

/** A click can be answered for 15 minutes; the last question and its answer need some of them. */
const GATHERING_MS = 13 * 60_000;
const PAGE_PATIENCE_MS = 8_000;
const PROGRESS_PACE = { firstMs: 3_000, everyMs: 5_000 } as const;

/** "Read the tier list": names every picture of it in a message of its own, then adds the songs. */
export async function readBoard(context: ClickContext): Promise<void> {
  const { interaction, click, choice, settings, deps, signal } = context;
  const { backend, words, clock } = deps;
  const until = clock.elapsedMs() + GATHERING_MS;
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
  const lacking = animeOn(list).length;
  await interactionReply(interaction).show(
    presentTierListAnswer({ list, copy: picture, songs: [], lacking, page: 0 }, reader),
  );
  if (lacking > 0) await addSongs(list, { context, reader, until });
}

/** "Get the missing songs": once more, for what another try may bring. */
export async function askAgain(context: ClickContext): Promise<void> {
  const { choice, deps } = context;
  if (choice.subject.kind !== "tier-list") throw new RangeError(`a ${choice.subject.kind} answer has no board`);
  const until = deps.clock.elapsedMs() + GATHERING_MS;
  await addSongs(choice.subject.list, { context, reader: readersAt(context)(0, null), until });
}

interface Adding {
  readonly context: ClickContext;
  readonly reader: Reader;
  /** `clock.elapsedMs()` */
  readonly until: number;
}

/** How far it is stands beside the answer, whose pages can be turned meanwhile. */
async function addSongs(list: TierList, { context, reader, until }: Adding): Promise<void> {
  const { interaction, deps, signal } = context;
  const aside = asideReply(interaction);
  const progress = new PoliteEdits(aside, PROGRESS_PACE, deps.clock);
  const onProgress = (done: number, total: number) =>
    progress.offer(() => presentNotice("notice.collecting", { done, total }, sayIn(context)));
  try {
    const patienceMs = until - deps.clock.elapsedMs();
    const { seasons: songs, lacking } = await gatherSongs(list, { deps, patienceMs, onProgress }, signal);
    const answer = { list, copy: null, songs, lacking, page: 0 };
    await interactionReply(interaction).show(presentTierListAnswer(answer, reader));
  } finally {
    await progress.stop();
    await aside.remove();
  }
}

export async function boardPage(
  list: TierList,
  { page, reader, deps, signal }: { page: number; reader: Reader; deps: DeskDeps; signal: AbortSignal },
): Promise<DiscordMessage> {
  const { seasons: songs, lacking } = await gatherSongs(list, { deps, patienceMs: PAGE_PATIENCE_MS }, signal);
  return presentTierListAnswer({ list, copy: null, songs, lacking, page }, reader);
}
