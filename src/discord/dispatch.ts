import { type Client, Events, type Interaction, type Message, type RepliableInteraction } from "discord.js";
import type { MessageCommand, Outcome, SlashCommand } from "../commands/command.ts";
import type { Commands } from "../commands/registry.ts";
import { OpfindError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { presentFailureMessage } from "../presenters/discord/failure-text.ts";
import { presentNotice } from "../presenters/discord/notice.ts";
import type { ClickContext } from "./click.ts";
import { type Trouble, troubleOf } from "./discord-trouble.ts";
import { onClick } from "./on-click.ts";
import { callIn, onMessage } from "./on-message.ts";
import type { DeskDeps } from "./question.ts";
import { whisper } from "./reply.ts";
import type { RequestMeter, RequestTracker } from "./request-tracker.ts";

export interface DispatchDeps {
  readonly desk: DeskDeps;
  readonly commands: Commands;
  readonly cancelReindex: (context: ClickContext) => Promise<void>;
  readonly tracker: RequestTracker;
  readonly meter: RequestMeter;
  readonly log: Logger;
}

/** Leads everything that arrives to its handler; whatever a handler throws is answered and logged, and ends nothing. */
export function dispatch(client: Client<true>, deps: DispatchDeps): void {
  client.on(
    Events.InteractionCreate,
    (interaction) => void deps.tracker.track((signal) => handle(interaction, deps, signal)),
  );
  client.on(
    Events.MessageCreate,
    (message) => void deps.tracker.track((signal) => listen(message, { client, deps }, signal)),
  );
}

async function handle(interaction: Interaction, deps: DispatchDeps, signal: AbortSignal): Promise<void> {
  const { desk, meter, log } = deps;
  const since = desk.clock.elapsedMs();
  // Discord counts from when it made the interaction; how long it took here shows in the log.
  const kind = kindOf(interaction);
  let outcome: Outcome;
  let failure: string | null = null;
  try {
    outcome = await route(interaction, deps, signal);
  } catch (error) {
    outcome = await answerFailure(interaction, error, deps);
    failure = outcome.outcome;
  }
  const ms = Math.round(desk.clock.elapsedMs() - since);
  meter.answered(kind, failure, ms);
  if (interaction.isAutocomplete()) return;
  const { id: interactionId, user, guildId, channelId } = interaction;
  log.info({ kind, interactionId, userId: user.id, guildId, channelId, ...outcome, ms }, "request");
}

async function route(interaction: Interaction, deps: DispatchDeps, signal: AbortSignal): Promise<Outcome> {
  const { desk, commands, cancelReindex, tracker } = deps;
  if (tracker.isDraining) {
    const say = desk.words.in(interaction.locale);
    if (interaction.isRepliable()) await whisper(interaction, presentNotice("notice.shutting-down", {}, say));
    return { outcome: "shutting-down" };
  }
  if (interaction.isChatInputCommand()) {
    return await found(commands.slash, interaction.commandName).run(interaction, signal);
  }
  if (interaction.isMessageContextMenuCommand()) {
    return await found(commands.message, interaction.commandName).run(interaction, signal);
  }
  if (interaction.isAutocomplete()) {
    await found(commands.slash, interaction.commandName).complete?.(interaction, signal);
    return { outcome: "suggested" };
  }
  if (interaction.isButton() || interaction.isStringSelectMenu() || interaction.isModalSubmit()) {
    const requestId = await onClick(interaction, { ...desk, cancelReindex }, signal);
    return { outcome: "clicked", requestId };
  }
  return { outcome: "ignored" };
}

/** A command that Discord still has and this version does not. */
function found<Command extends SlashCommand | MessageCommand>(commands: ReadonlyMap<string, Command>, name: string) {
  const command = commands.get(name);
  if (!command) throw new OpfindError("usage", `There is no command ${name}; deploy the commands again.`);
  return command;
}

function kindOf(interaction: Interaction): string {
  if (interaction.isChatInputCommand()) return `/${interaction.commandName}`;
  if (interaction.isMessageContextMenuCommand()) return "message menu";
  if (interaction.isAutocomplete()) return "suggestions";
  if (interaction.isModalSubmit()) return "form";
  return interaction.isMessageComponent() ? "click" : "other";
}

/** Tells the person what went wrong, as far as Discord still takes an answer. */
async function answerFailure(interaction: Interaction, error: unknown, deps: DispatchDeps): Promise<Outcome> {
  const { desk, log } = deps;
  const trouble = troubleOf(error);
  const code = error instanceof OpfindError ? error.code : "internal";
  const outcome = trouble ?? code;
  if (!trouble && code === "internal") log.error({ err: error, interactionId: interaction.id }, "a handler failed");
  else log.warn({ code: outcome, interactionId: interaction.id }, "a request could not be answered as wished");
  if (!interaction.isRepliable() || trouble === "too-late" || trouble === "answered") return { outcome };
  const say = desk.words.in(interaction.locale);
  const sentence =
    trouble === "message-gone" ? presentNotice("notice.message-gone", {}, say) : presentFailureMessage(code, say);
  await whisperIfPossible(interaction, sentence, deps);
  return { outcome };
}

async function whisperIfPossible(
  interaction: RepliableInteraction,
  sentence: Parameters<typeof whisper>[1],
  { log }: DispatchDeps,
): Promise<void> {
  try {
    await whisper(interaction, sentence);
  } catch (error) {
    log.warn({ code: troubleOf(error) ?? "refused", interactionId: interaction.id }, "the failure could not be told");
  }
}

async function listen(
  message: Message,
  { client, deps }: { readonly client: Client<true>; readonly deps: DispatchDeps },
  signal: AbortSignal,
): Promise<void> {
  const { desk, tracker, meter, log } = deps;
  const since = desk.clock.elapsedMs();
  // Whoever posts a picture now is not answered by this process; the next one does not see it either.
  if (tracker.isDraining) return;
  let outcome: Outcome | null;
  let failure: string | null = null;
  try {
    outcome = await onMessage(message, { client, deps: desk }, signal);
  } catch (error) {
    const isAsked = callIn(message, client.user.id) !== null;
    outcome = await answerMessageFailure(message, { error, isAsked }, deps);
    failure = outcome.outcome;
  }
  if (!outcome) return;
  const ms = Math.round(desk.clock.elapsedMs() - since);
  meter.answered("message", failure, ms);
  const { id: messageId, author, guildId, channelId } = message;
  log.info({ kind: "message", messageId, userId: author.id, guildId, channelId, ...outcome, ms }, "request");
}

interface MessageFailure {
  readonly error: unknown;
  /** nobody hears an excuse for what they did not ask for */
  readonly isAsked: boolean;
}

/** A message that is gone, or a channel that may not be written to, is no place for an excuse. */
async function answerMessageFailure(
  message: Message,
  { error, isAsked }: MessageFailure,
  { desk, log }: DispatchDeps,
): Promise<Outcome> {
  const trouble: Trouble | null = troubleOf(error);
  const code = error instanceof OpfindError ? error.code : "internal";
  if (!trouble && code === "internal") log.error({ err: error, messageId: message.id }, "a handler failed");
  else log.warn({ code: trouble ?? code, messageId: message.id }, "a message could not be answered");
  if (trouble || !isAsked) return { outcome: trouble ?? code };
  const { content } = presentFailureMessage(code, desk.words.in(message.guild?.preferredLocale ?? "en"));
  await message.reply({ content, allowedMentions: { parse: [], repliedUser: false } }).catch((refusal: unknown) => {
    log.warn({ code: troubleOf(refusal) ?? "refused", messageId: message.id }, "the failure could not be told");
  });
  return { outcome: code };
}
