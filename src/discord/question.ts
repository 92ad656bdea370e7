import { type ErrorCode, OpfindError } from "../errors.ts";
import type { Turn } from "../pipeline/fair-line.ts";
import type { Clock } from "../pipeline/ports.ts";
import type { DiscordMessage } from "../presenters/discord/message.ts";
import { presentNotice } from "../presenters/discord/notice.ts";
import type { Say, Words } from "../presenters/discord/words.ts";
import { type AttachmentFacts, bytesToFetch, type Download } from "./attachment.ts";
import type { Backend } from "./backend.ts";
import type { Asker, Cooldown } from "./cooldowns.ts";
import { type GuildSettings, settingsOf } from "./guild-settings.ts";
import { type Look, lookAt, unseen } from "./look-at.ts";
import { type Finding, newRequestId, type PendingChoice, savePending } from "./pending-choice.ts";
import { PoliteEdits } from "./polite-edits.ts";
import { localeFor, readerFor } from "./reader.ts";
import type { Reply } from "./reply.ts";
import { withRoom } from "./room.ts";
import { showPictures, type View } from "./view.ts";

/** Who asks, where, and how the answer is to be. */
export interface Question extends Asker {
  readonly channelId: string | null;
  /** as Discord writes it */
  readonly locale: string;
  readonly isAgeRestricted: boolean;
  readonly isEphemeral: boolean;
  /** nobody asked: a picture was posted where the bot listens */
  readonly isUninvited: boolean;
}

export interface DeskDeps {
  readonly backend: Backend;
  readonly download: Download;
  readonly words: Words;
  readonly clock: Clock;
}

/** What came of a question, for the log. */
export interface Outcome {
  readonly requestId: string;
  readonly outcome: string;
  /** milliseconds by stage, of all pictures together */
  readonly stages: Readonly<Record<string, number>>;
}

interface Asking {
  readonly question: Question;
  readonly reply: Reply;
  readonly deps: DeskDeps;
}

const BUSY_PACE = { firstMs: 1_500, everyMs: 5_000 } as const;
const FIRST_VIEW: View = { picture: null, anilistId: null, page: null, isWhole: false };

/**
 * Answers a question about pictures. Uninvited it says nothing unless it recognises something: a match, or a close call.
 * @throws whatever keeps it from answering; a picture that fails is part of the answer
 */
export async function answerPictures(
  attachments: readonly AttachmentFacts[],
  { question, reply, deps }: Asking,
  signal: AbortSignal,
): Promise<Outcome> {
  const { backend, words, clock } = deps;
  const requestId = newRequestId();
  const settings = await settingsOf(question.guildId, backend);
  const say = words.in(localeFor(settings, question.locale));
  const progress = new PoliteEdits(reply, BUSY_PACE, clock);
  const done = (outcome: string, looks: readonly Seen[] = []) => ({ requestId, outcome, stages: sumOfStages(looks) });

  const cooldown = await backend.takeTurn(question);
  if (cooldown.kind === "wait") {
    if (!question.isUninvited) await reply.show(presentWait(cooldown, say));
    return done("cooldown");
  }
  const onPlace = (position: number) => {
    if (!question.isUninvited) progress.offer(() => presentNotice("notice.busy", { position }, say));
  };
  const turn = { lane: laneOf(question), onPlace };
  const { looks, choice } = await lookAndKeep(attachments, { requestId, question, turn, deps }, signal);
  if (!choice) return done("quiet", looks);
  const findings = looks.map(({ finding }) => finding);
  const viewDeps = { backend, readerFor: readersOf(choice, { settings, words, question }) };
  const answer = await showPictures(choice, findings, { view: FIRST_VIEW, deps: viewDeps, signal });
  await progress.end(answer);
  return done(findings.map(named).join(), looks);
}

/** Who asked too much just now, the person or their server, and how long to wait. */
export function presentWait({ of, seconds }: Extract<Cooldown, { kind: "wait" }>, say: Say): DiscordMessage {
  return presentNotice(of === "user" ? "notice.cooldown" : "notice.guild-cooldown", { count: seconds }, say);
}

interface Keeping extends Pick<Asking, "question" | "deps"> {
  readonly requestId: string;
  readonly turn: Turn;
}

/** What was seen goes on without the bytes: while Discord takes its time with the answer, others have their room. */
async function lookAndKeep(
  attachments: readonly AttachmentFacts[],
  { requestId, question, turn, deps }: Keeping,
  signal: AbortSignal,
): Promise<{ readonly looks: readonly Seen[]; readonly choice: PendingChoice | null }> {
  const { locale, isEphemeral, isUninvited, userId: askerId, guildId } = question;
  const { backend, clock } = deps;
  const bytes = attachments.reduce((sum, one) => sum + bytesToFetch(one), 0);
  const keep = async (seen: readonly Look[]) => {
    const looks = seen.map(({ finding, timings }) => ({ finding, timings }));
    const findings = looks.map(({ finding }) => finding);
    if (isUninvited && !findings.some(isTelling)) return { looks, choice: null };
    const subject = { kind: "pictures", findings } as const;
    const choice: PendingChoice = { requestId, askerId, guildId, locale, isEphemeral, isUninvited, subject };
    const images = seen.flatMap(({ bytes, file }, picture) => (bytes ? [{ picture, file, bytes }] : []));
    await savePending(choice, images, { backend, now: clock.now() });
    return { looks, choice };
  };
  const lookAtAll = () => Promise.all(attachments.map((one) => lookAt(one, { turn, ...deps }, signal)));
  try {
    return await withRoom({ bytes, turn, backend }, signal, async () => await keep(await lookAtAll()));
  } catch (failure) {
    if (!(failure instanceof OpfindError) || !CROWDED.has(failure.code)) throw failure;
    return await keep(attachments.map((one) => unseen(one, failure.code)));
  }
}

/** A picture that is refused in the queue is one of the findings: only the room is refused as a whole. */
const CROWDED: ReadonlySet<ErrorCode> = new Set(["queue-full", "queue-late"]);

type Seen = Pick<Look, "finding" | "timings">;

/** Makes readers for the views of one answer. */
export function readersOf(
  { requestId, locale }: Pick<PendingChoice, "requestId" | "locale">,
  {
    settings,
    words,
    question,
  }: { readonly settings: GuildSettings; readonly words: Words; readonly question: Pick<Question, "isAgeRestricted"> },
) {
  const { isAgeRestricted } = question;
  return (picture: number, anilistId: number | null) =>
    readerFor({ words, settings, locale, isAgeRestricted, requestId, picture, anilistId });
}

/** Nobody's second picture goes before another's first. */
export function laneOf({ userId }: Pick<Asker, "userId">): string {
  return `discord:${userId}`;
}

function isTelling(finding: Finding): boolean {
  return finding.kind === "seen" && finding.verdict.kind !== "unknown";
}

function named(finding: Finding): string {
  return finding.kind === "seen" ? finding.verdict.kind : finding.code;
}

function sumOfStages(looks: readonly Seen[]): Readonly<Record<string, number>> {
  const spent = new Map<string, number>();
  for (const { stage, ms } of looks.flatMap(({ timings }) => timings)) spent.set(stage, (spent.get(stage) ?? 0) + ms);
  return Object.fromEntries([...spent].map(([stage, ms]) => [stage, Math.round(ms)]));
}
