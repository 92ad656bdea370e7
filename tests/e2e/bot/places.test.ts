import { Locale, MessageFlags } from "discord.js";
import { describe, expect, test } from "vitest";
import { catalogueOf, invented, inventedCatalogue } from "../../support/catalogue.ts";
import { closeCall } from "../support/close-call.ts";
import { poster, textOf, titled } from "../support/posters.ts";
import { openClub } from "../support/running-bot.ts";

const SEASON_2 = "Tourou no Minato 2";
const COMET = "Silent Comet";

/** Silent Comet is for adults, and one video of its songs is not for everybody. */
const WITH_ADULT = catalogueOf([
  ...[...inventedCatalogue().values()].filter(({ anilistId }) => anilistId !== 140),
  invented(140, COMET, {
    isAdult: true,
    openings: ['"Perihelion" by Comet Choir'],
    endings: ['"Afterglow" by Comet Choir'],
    nsfw: ['"Afterglow" by Comet Choir'],
  }),
]);

describe("what is for adults", () => {
  test("is hidden outside of age-restricted channels, and shown in them", async () => {
    const { discord, start } = await openClub({ catalogue: WITH_ADULT });
    await start();
    const about = async (channel: string) => {
      const asked = await discord.as("alice", channel).slash("opfind", { poster: poster("paper-comet-1") });
      return textOf(await asked.reply(titled(COMET)));
    };
    const [open, restricted] = [await about("general"), await about("late-night")];
    expect(open).toContain("Perihelion");
    expect(open).not.toContain("Afterglow");
    expect(open).not.toContain("v.example.org");
    expect(open).toContain("Its cover is shown in age-restricted channels only");
    expect(restricted).toContain("Afterglow");
    expect(restricted).toContain("v.example.org");
    expect(restricted).not.toContain("age-restricted");
  });

  test("is not among the covers of a close call elsewhere", async () => {
    const { discord, dataDir, coversAsked, start } = await openClub({ catalogue: WITH_ADULT });
    const { picture } = await closeCall(dataDir);
    await start();
    const ask = async (channel: string) => {
      const asked = await discord.as("alice", channel).slash("opfind", { poster: picture });
      return await asked.reply(titled("Which one is it?"));
    };
    const [open, restricted] = [await ask("general"), await ask("late-night")];
    expect(textOf(open)).toContain("Covers of adult anime are shown in age-restricted channels only");
    expect(textOf(restricted)).not.toContain("age-restricted");
    const bytes = [open, restricted].map(({ attachments }) => discord.cdn.bytesOf(attachments[0] ?? { url: "" }));
    expect(Buffer.compare(bytes[0] ?? Buffer.of(), bytes[1] ?? Buffer.of())).not.toBe(0);
    expect(coversAsked).toEqual([]);
  });
});

describe("an app that a person brings along", () => {
  const ELSEWHERE = [
    { name: "Anime Club", channels: ["general"] },
    { name: "Elsewhere", channels: ["lobby"], isBotMember: false },
  ];

  test("answers in a server without the bot, buttons and all, and looks at nothing there by itself", async () => {
    const { discord, start } = await openClub({ guilds: ELSEWHERE });
    const bot = await start();
    const [alice, bob] = [discord.as("alice", "lobby"), discord.as("bob", "lobby")];
    const answer = await (await alice.slash("opfind", { poster: poster("lantern-harbour-2") })).reply(titled(SEASON_2));
    const posted = await bob.sendMessage({ attachments: [poster("lantern-harbour-1")] });
    const menu = await (await alice.messageMenu("Find OP/ED", posted)).reply(titled("Tourou no Minato"));
    expect(menu.flags).toBe(MessageFlags.Ephemeral);
    const playlist = await alice.click(answer, "Playlist");
    expect((await playlist.reply(({ attachments }) => attachments.length > 0)).flags).toBe(MessageFlags.Ephemeral);
    const thanks = await alice.click(answer, "Yes, that's it");
    expect((await thanks.followUp()).content).toContain("From now on I know this picture");
    const isOfLobby = ({ path }: { path: string }) => path.includes(discord.channelId("lobby"));
    expect(discord.journal.requests.filter(isOfLobby)).toEqual([]);
    expect(bot.lines.filter((line) => line.includes("a handler failed"))).toEqual([]);
  });

  test("answers in a talk among people that the bot is not in", async () => {
    const { discord, start } = await openClub();
    await start();
    const alice = discord.as("alice", "&alice");
    const answer = await (await alice.slash("opfind", { poster: poster("lantern-harbour-2") })).reply(titled(SEASON_2));
    const thanks = await alice.click(answer, "Yes, that's it");
    expect((await thanks.followUp()).content).toContain("From now on I know this picture");
    const isOfTalk = ({ path }: { path: string }) => path.includes(discord.channelId("&alice"));
    expect(discord.journal.requests.filter(isOfTalk)).toEqual([]);
  });

  test("offers there nothing that belongs to servers with the bot", async () => {
    const { discord, start } = await openClub({ guilds: ELSEWHERE });
    await start();
    for (const command of ["posters recent", "reindex", "opfind-settings"]) {
      await expect(discord.as("mod", "lobby").slash(command)).rejects.toThrow(RangeError);
    }
  });
});

describe("a Japanese reader", () => {
  const people = ["alice", "bob", "mod", { name: "yuki", locale: Locale.Japanese }];

  test("reads Japanese answers and notices, and others read theirs below the same answer", async () => {
    const { discord, start } = await openClub({ people });
    await start();
    const yuki = discord.as("yuki", "general");
    const answer = await (await yuki.slash("opfind", { poster: poster("lantern-harbour-2") })).reply(titled(SEASON_2));
    expect(textOf(answer)).toContain("判定：");
    const foreign = await discord.as("bob", "general").click(answer, "違いますか？");
    expect((await foreign.followUp()).content).toContain("Only the person who asked");
    const confirmed = await yuki.click(answer, "これで合っています");
    expect((await confirmed.followUp()).content).toContain("この画像を「Tourou no Minato 2」として覚えました");
    const unknown = await yuki.slash("opfind", { poster: poster("velvet-static-1") });
    const form = await yuki.click(await unknown.reply(titled("この画像は分かりません")), "タイトルで検索");
    expect(await form.modal()).toMatchObject({ title: "タイトルで検索" });
  });

  test("is answered in the language of the server where that is set, as everybody is", async () => {
    const { discord, start } = await openClub({ people });
    await start();
    const [mod, yuki] = [discord.as("mod", "general"), discord.as("yuki", "general")];
    const ask = async (person: typeof yuki) => {
      const asked = await person.slash("opfind", { poster: poster("lantern-harbour-2") });
      return textOf(await asked.reply(titled(SEASON_2)));
    };
    await (await mod.slash("opfind-settings", { language: "ja" })).reply(titled("このサーバーの設定"));
    expect(await ask(discord.as("alice", "general"))).toContain("判定：");
    await (await mod.slash("opfind-settings", { language: "en" })).reply(titled("Settings of this server"));
    expect(await ask(yuki)).toContain("Recognised:");
  });

  test("of a server that chose Japanese at Discord is answered so where no person's language is told", async () => {
    const guilds = [{ name: "アニメ部", channels: ["general"], locale: Locale.Japanese }];
    const { discord, start } = await openClub({ people, guilds });
    await start();
    const alice = discord.as("alice", "general");
    await alice.sendMessage({ content: `<@${discord.botId}>`, attachments: [poster("velvet-static-1")] });
    await discord.botMessage("general", titled("この画像は分かりません"));
  });
});
