import {
  type APIAttachment,
  type APIMessage,
  ApplicationCommandType,
  ComponentType,
  InteractionType,
  MessageFlags,
} from "discord.js";
import { Asked } from "./asked.ts";
import type { Cdn, FileToSend } from "./cdn.ts";
import type { Changes } from "./changes.ts";
import type { CommandRequests } from "./command-requests.ts";
import { refuseInvisible } from "./command-visibility.ts";
import { findUsable } from "./component-search.ts";
import { type Desk, deliver } from "./interaction-desk.ts";
import type { Json } from "./json.ts";
import type { MessageStore } from "./message-store.ts";
import { filledIn } from "./modal-fields.ts";
import { type OptionValue, slashData } from "./slash-options.ts";
import type { Twin } from "./twin.ts";
import type { Channel, Person } from "./world.ts";

export interface MessageToSend {
  readonly content?: string;
  readonly attachments?: readonly (FileToSend | APIAttachment)[];
  readonly replyTo?: APIMessage;
}

export interface Stage extends Desk {
  readonly twin: Twin;
  readonly cdn: Cdn;
  readonly store: MessageStore;
  readonly commands: CommandRequests;
  readonly changes: Changes;
}

export interface SlashOptions {
  /** an administrator opened the command to everybody, whatever its default permissions are */
  readonly isOpenedToAll?: boolean;
}

/** A person in a channel, with what Discord's client lets them do there. */
export class Actor {
  readonly person: Person;
  readonly channel: Channel;
  readonly #stage: Stage;

  constructor(person: Person, channel: Channel, stage: Stage) {
    this.person = person;
    this.channel = channel;
    this.#stage = stage;
  }

  async sendMessage({ content = "", attachments = [], replyTo }: MessageToSend): Promise<APIMessage> {
    const { cdn, store, gateway } = this.#stage;
    const files = await Promise.all(
      attachments.map(async (file) => ("url" in file ? file : await cdn.attach(this.channel.id, file))),
    );
    const reference = replyTo
      ? { messageReference: { type: 0, message_id: replyTo.id, channel_id: replyTo.channel_id } }
      : {};
    const sent = await this.#hand().sendMessage({ content, attachments: files, ...reference });
    const pinged = replyTo ? { pingedId: replyTo.author.id } : {};
    const message = store.put(sent, { attachments: files, ...pinged });
    gateway.messageWritten(message);
    return message;
  }

  async deleteMessage(message: APIMessage): Promise<void> {
    await this.#hand().deleteMessage({ messageId: message.id });
    this.#stage.store.remove(message.id);
    this.#stage.gateway.messageDeleted(message);
  }

  /** @param name "posters undo" for a subcommand */
  async slash(
    name: string,
    values: Readonly<Record<string, OptionValue>> = {},
    options: SlashOptions = {},
  ): Promise<Asked> {
    const [command = "", ...path] = name.split(" ");
    const definition = this.#command(command, ApplicationCommandType.ChatInput, options);
    const data = await slashData({ command: definition, path, values }, this.#stage.cdn, this.channel.id);
    return this.#act(InteractionType.ApplicationCommand, data);
  }

  /** Types into one option of a slash command and waits for suggestions. */
  async autocomplete(name: string, focused: Readonly<Record<string, string>>): Promise<Asked> {
    const [command = "", ...path] = name.split(" ");
    const definition = this.#command(command, ApplicationCommandType.ChatInput, {});
    const [option = ""] = Object.keys(focused);
    const typed = { command: definition, path, values: focused, focused: option };
    return this.#act(
      InteractionType.ApplicationCommandAutocomplete,
      await slashData(typed, this.#stage.cdn, this.channel.id),
    );
  }

  /** Apps › name, in a message's context menu. The message goes along whole, whatever the bot's intents are. */
  async messageMenu(name: string, message: APIMessage): Promise<Asked> {
    const command = this.#command(name, ApplicationCommandType.Message, {});
    const resolved = { messages: { [message.id]: message } };
    const data = { id: command["id"], name, type: ApplicationCommandType.Message, target_id: message.id, resolved };
    return this.#act(InteractionType.ApplicationCommand, data);
  }

  /** @param button its custom id or its label */
  async click(message: APIMessage, button: string): Promise<Asked> {
    const shown = this.#shown(message);
    const { custom_id } = findUsable(shown, button, [ComponentType.Button]);
    return this.#act(InteractionType.MessageComponent, { component_type: ComponentType.Button, custom_id }, shown);
  }

  /** @param menu its custom id or its placeholder */
  async select(message: APIMessage, menu: string, values: readonly string[]): Promise<Asked> {
    const shown = this.#shown(message);
    const { custom_id } = findUsable(shown, menu, [ComponentType.StringSelect]);
    const data = { component_type: ComponentType.StringSelect, custom_id, values };
    return this.#act(InteractionType.MessageComponent, data, shown);
  }

  /** @param values by an input's custom id or its label */
  async submitModal(opened: Asked, values: Readonly<Record<string, string>>): Promise<Asked> {
    const modal = await opened.modal();
    const { originalId } = opened.entry;
    return this.#act(
      InteractionType.ModalSubmit,
      filledIn(modal, values),
      originalId === null ? undefined : this.#stage.store.get(originalId),
    );
  }

  #command(name: string, type: ApplicationCommandType, { isOpenedToAll = false }: SlashOptions): Json {
    const { commands, world } = this.#stage;
    const command = commands.find(name, type, this.channel.guildId);
    const guild = this.channel.guildId === null ? null : world.guild(this.channel.guildId);
    const permissions = guild && !isOpenedToAll ? world.permissionsOf(this.person, guild) : null;
    refuseInvisible(command, { channel: this.channel, guild, permissions });
    return command;
  }

  /** The message as it is now, if this person sees it. */
  #shown({ id }: APIMessage): APIMessage {
    const message = this.#stage.store.get(id);
    if (!message) throw new RangeError(`The message ${id} is gone`);
    const isForOther = message.interaction_metadata?.user.id !== this.person.id;
    if (((message.flags ?? 0) & MessageFlags.Ephemeral) !== 0 && isForOther) {
      throw new RangeError(`${this.person.name} does not see this ephemeral message`);
    }
    return message;
  }

  #hand() {
    return this.#stage.twin.discord.channel(this.channel.id).user(this.person.id);
  }

  #act(type: InteractionType, data: Json, message?: APIMessage): Asked {
    const { person, channel } = this;
    const entry = deliver({ type, person, channel, data, message }, this.#stage);
    return new Asked(entry, this.#stage.store, this.#stage.changes);
  }
}
