import { type ChatInputCommandInteraction, type Client, Routes } from "discord.js";
import { z } from "zod";
import type { Outcome } from "../commands/command.ts";
import { OpfindError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Clock } from "../pipeline/ports.ts";
import type { ReindexJob } from "../pipeline/reindexing.ts";
import { presentFailureMessage } from "../presenters/discord/failure-text.ts";
import { asEdit, type DiscordMessage } from "../presenters/discord/message.ts";
import { presentNotice } from "../presenters/discord/notice.ts";
import { presentReindex, type ReindexState } from "../presenters/discord/reindex.ts";
import { type ClickContext, tell } from "./click.ts";
import { settingsOf } from "./guild-settings.ts";
import { managesGuild } from "./moderation.ts";
import { guildOf, type ModeratorDeps } from "./moderators.ts";
import { newRequestId, savePending } from "./pending-choice.ts";
import { PoliteEdits } from "./polite-edits.ts";
import { readersOf } from "./question.ts";
import { localeFor } from "./reader.ts";
import { interactionReply, type Reply, sendable } from "./reply.ts";

/** Where a re-index reports, as it is stored with the job: a message that a restart does not forget. */
const PLACE = z.object({
  channelId: z.string(),
  messageId: z.string(),
  requestId: z.string(),
  guildId: z.string(),
  locale: z.string(),
});
type ReportPlace = z.infer<typeof PLACE>;

const PACE = { firstMs: 3_000, everyMs: 3_000 } as const;

/** `/reindex`: starts one and reports its progress in the answer, by edits as the bot: an interaction lives 15 minutes. */
export async function startReindex(
  isFull: boolean,
  { interaction, deps }: { readonly interaction: ChatInputCommandInteraction; readonly deps: ModeratorDeps },
  signal: AbortSignal,
): Promise<Outcome> {
  const { backend, words, clock, isOwner } = deps;
  const guildId = await guildOf(interaction, { may: managesGuild, permission: "manage-guild", deps });
  if (guildId === null) return { outcome: "not-allowed" };
  const { user, locale } = interaction;
  const settings = await settingsOf(guildId, backend);
  const say = words.in(localeFor(settings, locale));
  // All servers share the index: to look at every picture anew is for whoever runs the bot.
  if (isFull && !(await isOwner(user.id, signal))) {
    const permission = say.plain("permission.owner");
    await interactionReply(interaction).show(presentNotice("notice.not-allowed", { permission }, say));
    return { outcome: "not-allowed" };
  }
  const requestId = newRequestId();
  const kept = { requestId, askerId: user.id, guildId, locale, isEphemeral: false, isUninvited: false };
  await savePending({ ...kept, subject: { kind: "report" } }, [], { backend, now: clock.now() });
  const question = { isAgeRestricted: false };
  const reader = readersOf({ requestId, locale }, { settings, words, question })(0, null);
  // Shown before it begins: a short one is done before an answer to it could arrive.
  const shown = await interaction.editReply(sendable(presentReindex({ kind: "counting" }, reader)));
  const place: ReportPlace = { channelId: shown.channelId, messageId: shown.id, requestId, guildId, locale };
  try {
    await backend.startReindex({ isFull, requestedBy: `discord:${user.id}`, reply: JSON.stringify(place) });
    return { outcome: "started", requestId };
  } catch (failure) {
    if (!(failure instanceof OpfindError)) throw failure;
    await interactionReply(interaction).show(presentFailureMessage(failure.code, say));
    return { outcome: failure.code };
  }
}

/** "Cancel" below the progress: it stops the job that it was shown for, and no later one. */
export async function cancelReindex(context: ClickContext): Promise<void> {
  const { interaction, choice, deps } = context;
  if (!managesGuild(interaction)) return await tell(context, "notice.foreign");
  const job = await deps.backend.latestReindex();
  const isShown = job !== null && placeOf(job)?.requestId === choice.requestId;
  if (isShown && (await deps.backend.cancelReindex(job.jobId))) return;
  // What the message says stays; only its button has nothing to do any more.
  await interaction.editReply({ components: [] });
  await tell(context, "notice.job-over");
}

interface Reporting {
  readonly isMine: (guildId: string) => boolean;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Reports every re-index that was asked for on Discord, also one that a former process began, until the signal says stop. */
export async function reportReindexing(
  client: Client<true>,
  deps: ModeratorDeps,
  { isMine, log, signal }: Reporting,
): Promise<void> {
  const reports = new Map<number, Report>();
  const onChange = (job: ReindexJob) => {
    const place = placeOf(job);
    if (!place || !isMine(place.guildId)) return;
    const report = reports.get(job.jobId) ?? new Report((answer) => edit(client, place, answer), { place, deps, log });
    reports.set(job.jobId, report);
    report.tell(job);
    if (job.state !== "running") reports.delete(job.jobId);
  };
  await deps.backend.watchReindex(onChange, signal);
}

function placeOf({ reply }: ReindexJob): ReportPlace | null {
  if (reply === null) return null;
  const place = PLACE.safeParse(JSON.parse(reply));
  return place.success ? place.data : null;
}

interface ReportDeps {
  readonly place: ReportPlace;
  readonly deps: ModeratorDeps;
  readonly log: Logger;
}

class Report {
  readonly #place: ReportPlace;
  readonly #deps: ModeratorDeps;
  readonly #log: Logger;
  readonly #edits: PoliteEdits;
  readonly #since: number;
  #before: number | undefined;
  #queue: Promise<void> = Promise.resolve();

  constructor(show: Reply["show"], { place, deps, log }: ReportDeps) {
    this.#place = place;
    this.#deps = deps;
    this.#log = log;
    this.#since = deps.clock.elapsedMs();
    this.#edits = new PoliteEdits({ show }, PACE, deps.clock);
  }

  tell(job: ReindexJob): void {
    this.#before ??= job.done;
    const rate = this.#rate(job, this.#deps.clock);
    // The words come from the settings, which are looked up: one after another keeps the order.
    this.#queue = this.#queue
      .then(() => this.#report(job, rate))
      .catch((error: unknown) => {
        // Whoever deleted the message, or lets nobody write there, does not want to see it; the job goes on.
        this.#log.warn({ jobId: job.jobId, err: error }, "the progress of a re-index could not be shown");
      });
  }

  async #report(job: ReindexJob, rate: number | null): Promise<void> {
    const report = await reportOf(job, this.#place, { deps: this.#deps, rate });
    if (job.state === "running") this.#edits.offer(() => report);
    else await this.#edits.end(report);
  }

  #rate({ done, stage }: ReindexJob, clock: Pick<Clock, "elapsedMs">): number | null {
    const seconds = (clock.elapsedMs() - this.#since) / 1000;
    const made = done - (this.#before ?? done);
    return stage === "embedding" && seconds > 1 && made > 0 ? made / seconds : null;
  }
}

async function reportOf(
  job: ReindexJob,
  { requestId, guildId, locale }: ReportPlace,
  { deps, rate }: { readonly deps: ModeratorDeps; readonly rate: number | null },
): Promise<DiscordMessage> {
  const settings = await settingsOf(guildId, deps.backend);
  const question = { isAgeRestricted: false };
  const reader = readersOf({ requestId, locale }, { settings, words: deps.words, question })(0, null);
  return presentReindex(await stateOf(job, rate, deps), reader);
}

async function stateOf(job: ReindexJob, rate: number | null, { backend }: ModeratorDeps): Promise<ReindexState> {
  switch (job.state) {
    case "running":
      return job.total === 0 ? { kind: "counting" } : { kind: "running", done: job.done, total: job.total, rate };
    case "done":
      return { kind: "done", posters: (await backend.facts()).posters };
    case "cancelled":
      return { kind: "cancelled" };
    case "failed":
      return { kind: "failed", code: "internal" };
  }
}

/** As the bot itself: the interaction's own token may be long gone. */
async function edit(
  client: Client<true>,
  { channelId, messageId }: ReportPlace,
  answer: DiscordMessage,
): Promise<void> {
  const { content, embeds, components, allowedMentions } = sendable(asEdit(answer));
  const body = { content, embeds, components, allowed_mentions: { parse: allowedMentions.parse } };
  await client.rest.patch(Routes.channelMessage(channelId, messageId), { body });
}
