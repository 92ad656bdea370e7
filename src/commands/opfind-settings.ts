import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ChannelType,
  type ChatInputCommandInteraction,
  MessageFlags,
  PermissionFlagsBits,
} from "discord.js";
import { choiceIn, describedIn } from "../presenters/discord/command-words.ts";
import type { Words } from "../presenters/discord/words.ts";
import type { Outcome, SlashCommand } from "./command.ts";
import { IN_SERVERS } from "./where.ts";

/** What was typed; absent where it stays as it is. */
export interface SettingsWish {
  readonly listen?: string;
  /** put among the chosen channels, or taken off them */
  readonly channel?: string;
  readonly language?: string;
  readonly titles?: string;
  readonly spoilers?: string;
  readonly confirm?: string;
  readonly isApprovalNeeded?: boolean;
}

interface SettingsDeps {
  readonly words: Words;
  /** asks who may, keeps what was wished, and shows all of it */
  readonly applySettings: (wish: SettingsWish, interaction: ChatInputCommandInteraction) => Promise<Outcome>;
}

/** `/opfind-settings`: what a server decides. Without an option it shows what is decided. */
export function settingsCommand({ words, applySettings }: SettingsDeps): SlashCommand {
  return {
    definition: settingsDefinition(words),
    async run(interaction) {
      await interaction.deferReply({ flags: MessageFlags.Ephemeral });
      return await applySettings(wishOf(interaction), interaction);
    },
  };
}

function optionsIn(words: Words) {
  const text: ApplicationCommandOptionType.String = ApplicationCommandOptionType.String;
  const channel: ApplicationCommandOptionType.Channel = ApplicationCommandOptionType.Channel;
  const flag: ApplicationCommandOptionType.Boolean = ApplicationCommandOptionType.Boolean;
  const channelTypes: (ChannelType.GuildText | ChannelType.GuildAnnouncement | ChannelType.GuildForum)[] = [
    ChannelType.GuildText,
    ChannelType.GuildAnnouncement,
    ChannelType.GuildForum,
  ];
  const choose = <Name extends string>(names: readonly Name[], key: (name: Name) => Parameters<typeof choiceIn>[1]) =>
    names.map((name) => choiceIn(words, key(name), name));
  return [
    {
      ...describedIn(words, "settings-listen"),
      type: text,
      choices: choose(["everywhere", "channels", "off"], (name) => `choices.listen.${name}`),
    },
    { ...describedIn(words, "settings-channel"), type: channel, channel_types: channelTypes },
    {
      ...describedIn(words, "settings-language"),
      type: text,
      choices: choose(["auto", "en", "ja"], (name) => `choices.language.${name}`),
    },
    {
      ...describedIn(words, "settings-titles"),
      type: text,
      choices: choose(["romaji", "english", "native"], (name) => `choices.titles.${name}`),
    },
    {
      ...describedIn(words, "settings-spoilers"),
      type: text,
      choices: choose(["hide", "show", "omit"], (name) => `choices.spoilers.${name}`),
    },
    {
      ...describedIn(words, "settings-confirm"),
      type: text,
      choices: choose(["asker", "moderators", "everyone"], (name) => `choices.confirm.${name}`),
    },
    { ...describedIn(words, "settings-approval"), type: flag },
  ];
}

function wishOf({ options }: ChatInputCommandInteraction): SettingsWish {
  const text = (name: "listen" | "language" | "titles" | "spoilers" | "confirm") => {
    const value = options.getString(name);
    return value === null ? {} : { [name]: value };
  };
  const channel = options.getChannel("channel");
  const isApprovalNeeded = options.getBoolean("approval");
  return {
    ...text("listen"),
    ...(channel ? { channel: channel.id } : {}),
    ...text("language"),
    ...text("titles"),
    ...text("spoilers"),
    ...text("confirm"),
    ...(isApprovalNeeded === null ? {} : { isApprovalNeeded }),
  };
}

export function settingsDefinition(words: Words): SlashCommand["definition"] {
  return {
    ...describedIn(words, "settings"),
    ...IN_SERVERS,
    type: ApplicationCommandType.ChatInput,
    default_member_permissions: String(PermissionFlagsBits.ManageGuild),
    options: optionsIn(words),
  };
}
