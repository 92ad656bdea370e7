import type { Identification } from "../domain/identification.ts";
import { OpfindError } from "../errors.ts";
import type { Clock } from "../pipeline/ports.ts";
import type { Turn } from "../pipeline/work-queue.ts";
import type { DiscordMessage } from "../presenters/discord/message.ts";
import { presentNotice } from "../presenters/discord/notice.ts";
import type { Say, Words } from "../presenters/discord/words.ts";
import { type AttachmentFacts, type Download, fetchAttachment } from "./attachment.ts";
import type { Backend } from "./backend.ts";
import type { Asker, Cooldown } from "./cooldowns.ts";
import { type GuildSettings, settingsOf } from "./guild-settings.ts";
import { type Finding, newRequestId, type PendingChoice, savePending } from "./pending-choice.ts";
import { PoliteEdits } from "./polite-edits.ts";
import { localeFor, readerFor } from "./reader.ts";
import type { Reply } from "./reply.ts";
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
  const done = (outcome: string, looks: readonly Look[] = []) => ({ requestId, outcome, stages: sumOfStages(looks) });

  const cooldown = await backend.takeTurn(question);
  if (cooldown.kind === "wait") {
    if (!question.isUninvited) await reply.show(presentWait(cooldown, say));
    return done("cooldown");
  }
  const onPlace = (position: number) => {
    if (!question.isUninvited) progress.offer(() => presentNotice("notice.busy", { position }, say));
  };
  const looking = attachments.map((attachment) => look(attachment, { question, deps, onPlace }, signal));
  const looks = await Promise.all(looking);
  const findings = looks.map(({ finding }) => finding);
  if (question.isUninvited && !findings.some(isTelling)) return done("quiet", looks);

  const { locale, isEphemeral, isUninvited, userId: askerId, guildId } = question;
  const subject = { kind: "pictures", findings } as const;
  const choice: PendingChoice = { requestId, askerId, guildId, locale, isEphemeral, isUninvited, subject };
  const images = looks.flatMap(({ bytes, file }, picture) => (bytes ? [{ picture, file, bytes }] : []));
  await savePending(choice, images, { backend, now: clock.now() });
  const viewDeps = { backend, readerFor: readersOf(choice, { settings, words, question }) };
  const answer = await showPictures(choice, findings, { view: FIRST_VIEW, deps: viewDeps, signal });
  await progress.end(answer);
  return done(findings.map(named).join(), looks);
}

/** Who asked too much just now, the person or their server, and how long to wait. */
export function presentWait({ of, seconds }: Extract<Cooldown, { kind: "wait" }>, say: Say): DiscordMessage {
  return presentNotice(of === "user" ? "notice.cooldown" : "notice.guild-cooldown", { count: seconds }, say);
}

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

interface Look {
  readonly finding: Finding;
  readonly file: string;
  /** null when they could not be had or are no picture */
  readonly bytes: Uint8Array | null;
  readonly timings: Identification["timings"];
}

async function look(
  attachment: AttachmentFacts,
  {
    question,
    deps: { backend, download, clock },
    onPlace,
  }: Omit<Asking, "reply"> & { readonly onPlace: (place: number) => void },
  signal: AbortSignal,
): Promise<Look> {
  const { name: file } = attachment;
  const since = clock.elapsedMs();
  try {
    const bytes = await fetchAttachment(attachment, download, signal);
    const downloaded = { stage: "download", ms: clock.elapsedMs() - since };
    const turn = { lane: laneOf(question), onPlace };
    const { verdict, timings } = await backend.identify(bytes, turn, signal);
    const isBoard = verdict.kind !== "match" && (await looksLikeBoard(bytes, { turn, backend }, signal));
    return { finding: { kind: "seen", verdict, isBoard }, file, bytes, timings: [downloaded, ...timings] };
  } catch (failure) {
    if (!(failure instanceof OpfindError) || failure.code === "aborted") throw failure;
    return { finding: { kind: "failed", code: failure.code }, file, bytes: null, timings: [] };
  }
}

/** Only an offer hangs on it: when nobody can look now, the answer stands without. */
async function looksLikeBoard(
  bytes: Uint8Array,
  { turn, backend }: { readonly turn: Turn; readonly backend: Backend },
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return await backend.looksLikeBoard(bytes, turn, signal);
  } catch (failure) {
    if (!(failure instanceof OpfindError) || failure.code === "aborted") throw failure;
    return false;
  }
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

function sumOfStages(looks: readonly Look[]): Readonly<Record<string, number>> {
  const spent = new Map<string, number>();
  for (const { stage, ms } of looks.flatMap(({ timings }) => timings)) spent.set(stage, (spent.get(stage) ?? 0) + ms);
  return Object.fromEntries([...spent].map(([stage, ms]) => [stage, Math.round(ms)]));
}
