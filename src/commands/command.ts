import type {
  AutocompleteInteraction,
  ChatInputCommandInteraction,
  MessageContextMenuCommandInteraction,
  RESTPostAPIChatInputApplicationCommandsJSONBody,
  RESTPostAPIContextMenuApplicationCommandsJSONBody,
} from "discord.js";

/** A command that is typed. Its answer is deferred before anything else: Discord allows 3 s, whatever the load. */
export interface SlashCommand {
  readonly definition: RESTPostAPIChatInputApplicationCommandsJSONBody;
  /** @returns what came of it, for the log */
  run(interaction: ChatInputCommandInteraction, signal: AbortSignal): Promise<Outcome>;
  /** suggestions while a person types */
  complete?(interaction: AutocompleteInteraction, signal: AbortSignal): Promise<void>;
}

/** A command in the menu of a message. */
export interface MessageCommand {
  readonly definition: RESTPostAPIContextMenuApplicationCommandsJSONBody;
  run(interaction: MessageContextMenuCommandInteraction, signal: AbortSignal): Promise<Outcome>;
}

/** What came of a request, for its line in the log: ids and durations, never what somebody wrote. */
export interface Outcome {
  readonly outcome: string;
  readonly requestId?: string;
  /** milliseconds by stage */
  readonly stages?: Readonly<Record<string, number>>;
}
