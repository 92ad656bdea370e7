import type { TitleStyle } from "../song-line.ts";
import { COLOURS } from "./confidence-text.ts";
import { joined, type Markdown, ours } from "./markdown.ts";
import { type DiscordMessage, message } from "./message.ts";
import type { SpoilerPolicy } from "./reader.ts";
import type { Say, WordKey } from "./words.ts";

/** What a server decided, as its moderators see it. */
export interface GuildSettingsView {
  readonly listen: "everywhere" | "channels" | "off";
  /** Discord's ids of the chosen channels */
  readonly channels: readonly string[];
  /** false: Discord hides pictures in messages that are not meant for the bot */
  readonly seesAllMessages: boolean;
  readonly language: "auto" | "en" | "ja";
  readonly titles: TitleStyle;
  readonly spoilers: SpoilerPolicy;
  readonly confirm: "asker" | "moderators" | "everyone";
  readonly isApprovalNeeded: boolean;
}

export function presentSettings(settings: GuildSettingsView, say: Say): DiscordMessage {
  const field = (name: WordKey, value: Markdown) => ({ name: say.plain(name), value: value.markdown, inline: true });
  return message({
    embeds: [
      {
        color: COLOURS.unknown,
        title: say.plain("settings.title"),
        fields: [
          field("settings.listen", listening(settings, say)),
          field("settings.language", say.markdown(`choices.language.${settings.language}`)),
          field("settings.title-style", say.markdown(`choices.titles.${settings.titles}`)),
          field("settings.spoilers", say.markdown(`choices.spoilers.${settings.spoilers}`)),
          field("settings.confirmers", say.markdown(`choices.confirm.${settings.confirm}`)),
          field("settings.approval", say.markdown(settings.isApprovalNeeded ? "settings.on" : "settings.not-on")),
        ],
        ...(settings.seesAllMessages || settings.listen === "off"
          ? {}
          : { footer: { text: say.plain("settings.no-intent") } }),
      },
    ],
  });
}

function listening({ listen, channels }: GuildSettingsView, say: Say): Markdown {
  if (listen !== "channels" || channels.length === 0) return say.markdown(`choices.listen.${listen}`);
  const mentions = channels.slice(0, MOST_CHANNELS).map(channelMention);
  const more = channels.length - mentions.length;
  const rest = more > 0 ? [say.markdown("settings.more-channels", { count: more })] : [];
  return say.markdown("settings.in-channels", { channels: joined([...mentions, ...rest], ", ") });
}

/** 30 mentions of at most 25 letters fit a field. */
const MOST_CHANNELS = 30;

function channelMention(channelId: string): Markdown {
  if (!/^\d{1,20}$/.test(channelId)) throw new RangeError(`"${channelId}" is no id of a Discord channel`);
  return ours(`<#${channelId}>`);
}
