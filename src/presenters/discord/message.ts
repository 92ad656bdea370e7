import type { APIActionRowComponent, APIComponentInMessageActionRow, APIEmbed } from "discord.js";

/** A picture or text sent along. `description` is its alt text. */
export interface MessageFile {
  readonly attachment: Buffer;
  readonly name: string;
  readonly description: string;
}

export type ComponentRow = APIActionRowComponent<APIComponentInMessageActionRow>;

/** An answer for discord.js, to be sent as it is. Nothing in it mentions anybody. */
export interface DiscordMessage {
  /** empty where the embeds speak */
  readonly content: string;
  readonly embeds: readonly APIEmbed[];
  readonly components: readonly ComponentRow[];
  readonly files: readonly MessageFile[];
  readonly allowedMentions: { readonly parse: readonly []; readonly repliedUser: false };
  /** an edit leaves the files of the message as they are: the page before had the same picture */
  readonly keepsFiles: boolean;
}

export function message(parts: Partial<Omit<DiscordMessage, "allowedMentions">>): DiscordMessage {
  return {
    content: "",
    embeds: [],
    components: [],
    files: [],
    keepsFiles: false,
    ...parts,
    allowedMentions: { parse: [], repliedUser: false },
  };
}

/** The same answer for an edit: files of the earlier answer go unless it keeps them. */
export function asEdit(answer: DiscordMessage): DiscordMessage & { readonly attachments?: [] } {
  // A new array each time: discord.js adds to it.
  return answer.keepsFiles ? answer : { ...answer, attachments: [] };
}
