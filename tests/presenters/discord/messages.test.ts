import type { InteractionEditReplyOptions, MessageCreateOptions } from "discord.js";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import type { Anime } from "../../../src/domain/anime.ts";
import type { FranchiseSongs, SeasonSongs } from "../../../src/domain/franchise.ts";
import type { Candidate } from "../../../src/domain/identification.ts";
import type { Theme, ThemeVersion } from "../../../src/domain/theme.ts";
import { drawCandidates } from "../../../src/presenters/discord/candidate-sheet.ts";
import { presentAmbiguous } from "../../../src/presenters/discord/choice.ts";
import { describedIn } from "../../../src/presenters/discord/command-words.ts";
import { presentSettings } from "../../../src/presenters/discord/guild-settings.ts";
import { type MatchAnswer, presentMatch } from "../../../src/presenters/discord/match.ts";
import { asEdit, type DiscordMessage } from "../../../src/presenters/discord/message.ts";
import { presentNotice } from "../../../src/presenters/discord/notice.ts";
import {
  presentApproval,
  presentRecentPosters,
  presentWaitingPosters,
} from "../../../src/presenters/discord/poster-log.ts";
import { presentReindex } from "../../../src/presenters/discord/reindex.ts";
import { presentSeveral } from "../../../src/presenters/discord/several.ts";
import { offerTierList, presentTierListAnswer } from "../../../src/presenters/discord/tier-list.ts";
import { presentTitleResults, titleChoices, titleForm } from "../../../src/presenters/discord/title-search.ts";
import { presentNoneOfThese, presentUnknown } from "../../../src/presenters/discord/unknown.ts";
import { openWords } from "../../../src/presenters/discord/words.ts";
import { refusals } from "../../support/discord-limits.ts";
import { reader } from "../../support/discord-songs.ts";
import { readAs } from "../../support/discord-text.ts";

const anime = (anilistId: number, changes: Partial<Anime> = {}): Anime => ({
  anilistId,
  malId: null,
  title: { romaji: `Tourou ${anilistId}`, english: `Lantern ${anilistId}`, native: `灯籠${anilistId}` },
  synonyms: [],
  format: "TV",
  startDate: { year: 2013, month: 4, day: 7 },
  episodes: 25,
  isAiring: false,
  isAdult: false,
  coverUrl: "https://s4.anilist.co/cover.jpg",
  siteUrl: null,
  ...changes,
});
const version: ThemeVersion = {
  version: 1,
  episodes: [{ from: 1, to: 13 }],
  notes: null,
  isSpoiler: false,
  isNsfw: false,
  videoUrl: "https://v.example.org/op1.webm",
  audioUrl: null,
};
const theme = (title: string, ...versions: ThemeVersion[]): Theme => ({
  kind: "OP",
  sequence: 1,
  group: null,
  title: { romaji: title, native: null },
  artists: [{ name: "Mio Kase", aliasOf: null, character: null }],
  versions: versions.length > 0 ? versions : [version],
  source: "animethemes",
  raw: null,
});
const season = (number: number, ...openings: Theme[]): SeasonSongs => ({
  anime: anime(number),
  role: { kind: "season", number },
  openings,
  endings: [],
  isStale: false,
});
const songs = (...seasons: SeasonSongs[]): FranchiseSongs => ({ seasons, isCut: false, missing: [] });
const match = (anilistId: number): Candidate => ({
  anilistId,
  title: `Poster ${anilistId}`,
  confidence: 0.998,
  score: 0.9,
  posterId: 1,
  sameArtwork: [],
});
const answer = (told: MatchAnswer["songs"], changes: Partial<MatchAnswer> = {}): MatchAnswer => ({
  match: match(2),
  songs: told,
  page: null,
  isEphemeral: false,
  confirmedBy: null,
  ...changes,
});
const read = ({ content, embeds }: DiscordMessage) =>
  readAs([content, ...embeds.map(({ title, description }) => `${title ?? ""}\n${description ?? ""}`)].join("\n"));
const actions = ({ components }: DiscordMessage) =>
  components.flatMap((row) => row.components.map((one) => ("custom_id" in one ? one.custom_id.split(":0123")[0] : "")));

const many = (count: number) => Array.from({ length: count }, (_, at) => theme(`Song ${at}`));
const large = songs(...[1, 2, 3, 4].map((number) => season(number, ...many(4))));

describe("a match", () => {
  test("opens at the season of the cover, and its pages can be turned", () => {
    const shown = presentMatch(answer(large), reader());
    expect(read(shown)).toContain("Season 2: Tourou 2 (TV, 2013)\nOpenings\nOP1 Song 0 by Mio Kase · eps 1–13");
    expect(read(shown)).toContain("Recognised: certain, 99.8 %\nThis is a cover of season 2.");
    expect(actions(shown)).toEqual(
      ["jump", "page:0", "page:2", "confirm", "wrong", "playlist"].map((action) => `v1:${action}`),
    );
    expect(shown.embeds[0]?.thumbnail?.url).toBe("https://s4.anilist.co/cover.jpg");
    expect(read(presentMatch(answer(large, { page: 99 }), reader()))).toContain("Season 4");
  });

  test("says the same twice: a page is made from what is stored", () => {
    const stored: FranchiseSongs = JSON.parse(JSON.stringify(large));
    expect(presentMatch(answer(stored), reader())).toEqual(presentMatch(answer(large), reader()));
  });

  test("speaks the reader's language and leads with their title", () => {
    const shown = presentMatch(answer(large), reader({ locale: "ja", titleStyle: "native" }));
    expect(shown.embeds[0]?.title).toBe("灯籠2");
    expect(read(shown)).toContain("第2期: 灯籠2");
    expect(read(shown)).toContain("オープニング\nOP1 Song 0 ／ Mio Kase · 第1–13話");
  });

  test.each([
    ["hide", "||v2 · eps 1–13 · spoiler · [listen](https://v.example.org/op1.webm)||"],
    ["show", "↳ v2 · eps 1–13 · spoiler · [listen](https://v.example.org/op1.webm)"],
    ["omit", "1 version is left out because it gives the story away."],
  ] as const)("can %s versions that give the story away", (spoilers, expected) => {
    const spoilt = theme("Song", version, { ...version, version: 2, isSpoiler: true });
    const [embed] = presentMatch(answer(songs(season(2, spoilt))), reader({ spoilers })).embeds;
    expect(`${embed?.description}\n${embed?.fields?.[0]?.value ?? ""}`).toContain(expected);
  });

  test("keeps NSFW songs and the covers of adult anime to age-restricted channels", () => {
    const one = season(2, theme("Tame"), theme("Wild", { ...version, isNsfw: true }));
    const told = answer(songs({ ...one, anime: anime(2, { isAdult: true }) }));
    const [open, restricted] = [presentMatch(told, reader()), presentMatch(told, reader({ isAgeRestricted: true }))];
    expect([read(open), read(restricted)].map((text) => text.includes("Wild"))).toEqual([false, true]);
    expect(open.embeds[0]?.thumbnail).toBeUndefined();
    expect(restricted.embeds[0]?.thumbnail).toBeDefined();
    expect(open.embeds[0]?.fields?.[0]?.value).toContain("1 NSFW version is shown in age-restricted channels only.");
    expect(open.embeds[0]?.description).not.toContain("v.example.org");
  });

  test("says what is missing and why, and which songs are an earlier answer", () => {
    const told: FranchiseSongs = {
      seasons: [{ ...season(2, theme("Song")), isStale: true }],
      isCut: true,
      missing: [{ part: "songs", source: "tenrai", reason: "timeout", detail: "/secret/path" }],
    };
    const shown = presentMatch(answer(told), reader());
    expect(read(shown)).toContain("an earlier answer: its source is down");
    expect(shown.embeds[0]?.fields?.[0]?.value).toContain("Tenrai did not answer in time, so songs may be missing.");
    expect(JSON.stringify(shown)).not.toContain("/secret/path");
  });

  test("stands without its songs when they could not be had", () => {
    const shown = presentMatch(answer({ failure: "source-down" }, { isEphemeral: true }), reader());
    expect(read(shown)).toContain("The songs could not be had: The services that know the songs are down.");
    expect(actions(shown)).toEqual(["v1:confirm", "v1:wrong", "v1:share"]);
  });

  test("that was confirmed names who did it and asks no more", () => {
    const shown = presentMatch(answer(large, { confirmedBy: "42" }), reader());
    expect(shown.embeds[0]?.description).toContain("Confirmed by <@42>");
    expect(actions(shown)).not.toContain("v1:confirm");
    expect(shown.allowedMentions).toEqual({ parse: [], repliedUser: false });
  });
});

describe("a choice", () => {
  const choices = [1, 2, 3, 4].map((id) => ({ candidate: match(id), anime: id === 2 ? null : anime(id) }));

  test("has three numbered buttons, a picture with alt text, and a way out", async () => {
    const shown = presentAmbiguous(choices, await drawCandidates([{ title: "a", cover: null }]), reader());
    expect(refusals(shown)).toEqual([]);
    expect(actions(shown)).toEqual(["v1:pick:0", "v1:pick:1", "v1:pick:2", "v1:none"]);
    expect(shown.files[0]?.description).toContain("1: Tourou 1; 2: Poster 2; 3: Tourou 3");
    expect(shown.embeds[0]?.image?.url).toBe(`attachment://${shown.files[0]?.name}`);
  });

  test("draws covers side by side, one that is broken or missing as its title", async () => {
    const red = await sharp({ create: { width: 50, height: 400, channels: 3, background: "#ff0000" } })
      .png()
      .toBuffer();
    const cells = [red, null, Buffer.from("no picture")].map((cover) => ({ title: "Tourou no <Minato>", cover }));
    const { data, info } = await sharp(await drawCandidates(cells))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const at = (x: number, y: number) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
    expect([info.width, info.height]).toEqual([648, 306]);
    expect(at(112, 200)).toEqual([255, 0, 0]);
    expect(at(240, 270)).toEqual(at(452, 270));
    expect(at(240, 270)).not.toEqual([255, 0, 0]);
  });
});

describe("several pictures", () => {
  const pictures = [
    { kind: "match", answer: answer(large) },
    { kind: "ambiguous", choices: [{ candidate: match(1), anime: null }], sheet: null },
    { kind: "unknown" },
    { kind: "failed", code: "image-corrupt" },
  ] as const;

  test("have an overview and a menu to each of them", () => {
    const overview = presentSeveral(pictures, null, reader());
    expect(read(overview)).toContain("1 of 4 recognised\n1. Tourou 2 (certain, 99.8 %)\n2. not sure: Poster 1");
    expect(actions(overview)).toEqual(["v1:image"]);
    for (const [at] of pictures.entries()) {
      const one = presentSeveral(pictures, at, reader());
      expect(refusals(one)).toEqual([]);
      expect(actions(one)[0]).toBe("v1:image");
    }
  });
});

test("a tier list names its rows, then pages its songs; turning a page keeps the picture", () => {
  const cell = (at: number) => ({
    box: { left: 0, top: 0, width: 9, height: 9 },
    verdict:
      at % 2
        ? ({ kind: "match", best: match(at), candidates: [] } as const)
        : ({ kind: "unknown", candidates: [] } as const),
  });
  const row = (number: number) => ({
    row: number,
    colour: null,
    cells: Array.from({ length: 60 }, (_, at) => cell(at)),
  });
  const list = { rows: [row(1), row(2)], unread: 3 };
  const first = { list, copy: Buffer.from("x"), songs: large.seasons, lacking: 0, page: 0 };
  const shown = [first, { ...first, copy: null, page: 4 }].map((page) => presentTierListAnswer(page, reader()));
  expect(shown.flatMap(refusals)).toEqual([]);
  expect(shown.map(({ files, keepsFiles }) => [files.length, keepsFiles])).toEqual([
    [1, false],
    [0, true],
  ]);
  expect(shown.map(read).map((text) => /Song \d/.test(text))).toEqual([false, true]);
  expect(shown.flatMap((one) => (asEdit(one).attachments ? 1 : 0))).toEqual([1, 0]);
  const early = presentTierListAnswer({ ...first, songs: [], lacking: 12 }, reader());
  expect(refusals(early)).toEqual([]);
  expect(read(early)).toContain("The songs of 12 anime are not here yet.");
  expect(actions(early)).toContain("v1:more");
  expect(shown.flatMap(actions)).not.toContain("v1:more");
});

test("a picture that looks like a tier list can be read as one, below the largest answer", () => {
  const pictures = Array.from({ length: 10 }, () => ({ kind: "match", answer: answer(large) }) as const);
  const shown = offerTierList(presentSeveral(pictures, 9, reader()), reader());
  expect(refusals(shown)).toEqual([]);
  expect(actions(shown).at(-1)).toBe("v1:tierlist");
});

test("unknown pictures lead to the title search and no guess", () => {
  expect([presentUnknown(reader()), presentNoneOfThese(reader())].map(actions)).toEqual([["v1:search"], ["v1:search"]]);
  expect(titleForm(reader({ locale: "ja" })).title).toBe("タイトルで検索");
  const found = presentTitleResults(
    "**x**",
    Array.from({ length: 40 }, (_, at) => anime(at % 30)),
    reader(),
  );
  expect(refusals(found)).toEqual([]);
  expect(read(found)).toContain('"**x**"');
  expect(actions(presentTitleResults("x", [], reader()))).toEqual(["v1:search"]);
  expect(
    titleChoices([anime(1, { title: { romaji: "x".repeat(150), english: null, native: null } })], reader()),
  ).toEqual([{ name: `${"x".repeat(74)}… (TV, 2013)`, value: "1" }]);
});

test("a rebuild tells how far it is, how fast and how long still, and can be cancelled while it runs", () => {
  const running = presentReindex({ kind: "running", done: 1200, total: 4800, rate: 12.34 }, reader());
  expect(read(running)).toContain("███░░░░░░░\n1,200 of 4,800 posters · 12.3 posters a second · about 5 minutes left");
  expect(actions(running)).toEqual(["v1:cancel"]);
  const ended = [{ kind: "done", posters: 1 }, { kind: "cancelled" }, { kind: "failed", code: "disk-full" }] as const;
  expect(ended.flatMap((state) => actions(presentReindex(state, reader())))).toEqual([]);
});

test("moderators see who confirmed what, can undo it, and are asked", () => {
  const log = Array.from({ length: 40 }, (_, at) => ({
    confirmationId: at,
    anilistId: at,
    title: "|".repeat(90),
    userId: "12345678901234567890",
    at: 1_700_000_000_000,
  }));
  const shown = presentRecentPosters(log, reader());
  expect(refusals(shown)).toEqual([]);
  expect(shown.embeds[0]?.description).toContain("<t:1700000000:R>");
  const until = 1_700_000_000_000;
  const asked = presentApproval({ userId: "1", anilistId: 2, title: "T", anime: null, picture: null, until }, reader());
  expect(actions(asked)).toEqual(["v1:approve", "v1:reject"]);
  expect(asked.embeds[0]?.description).toContain("dropped <t:1700000000:R>");
  const waiting = presentWaitingPosters(log, reader());
  expect(refusals(waiting)).toEqual([]);
  expect(actions(waiting)).toEqual(["v1:review"]);
  expect(actions(presentWaitingPosters([], reader()))).toEqual([]);
});

test("settings are told within a field, however many channels", () => {
  const channels = Array.from({ length: 500 }, (_, at) => String(10 ** 18 + at));
  const rest = { language: "auto", titles: "romaji", spoilers: "hide", confirm: "asker" } as const;
  const settings = { listen: "channels", channels, seesAllMessages: false, isApprovalNeeded: true, ...rest } as const;
  const shown = presentSettings(settings, reader().say);
  expect(refusals(shown)).toEqual([]);
  expect(shown.embeds[0]?.fields?.[0]?.value).toContain("and 470 more channels");
});

test("a notice escapes and shortens what comes from outside", () => {
  const { content } = presentNotice("notice.confirmed", { title: `@everyone ${"x".repeat(3000)}` }, reader().say);
  expect(content).toContain("\\@everyone");
  expect(content.length).toBeLessThan(400);
});

test("commands have names and descriptions that Discord accepts in every language", () => {
  const { name_localizations: names, ...rest } = describedIn(openWords(), "songs");
  expect(rest.name).toBe("songs");
  expect(names.ja).toBe("曲");
  expect(rest.description.length).toBeLessThanOrEqual(100);
});

test("discord.js takes every answer as it is", () => {
  const shown = presentMatch(answer(large), reader());
  const [sent, edited]: [MessageCreateOptions, InteractionEditReplyOptions] = [shown, asEdit(shown)];
  expect([sent.content, edited.attachments]).toEqual(["", []]);
});
