import { describe, expect, test } from "vitest";
import { poster, textOf, titled } from "../support/posters.ts";
import { type Club, openClub, run } from "../support/running-bot.ts";

const SEASON_2 = "Tourou no Minato 2";

/** What the gallery holds, as a person lists it. */
async function postersIn({
  dataDir,
}: Club): Promise<readonly { anilistId: number; source: string; posterId: number }[]> {
  const listed = await run(["posters", "list", "--json"], { OPFIND_DATA_DIR: dataDir });
  return listed
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

async function asks(club: Club, name: string, title: string) {
  const asked = await club.discord.as("alice", "general").slash("opfind", { poster: poster(name) });
  return await asked.reply(titled(title));
}

describe("a confirmation", () => {
  test("by two people and twice by one teaches once, and the picture is known from then on", async () => {
    const club = await openClub();
    const bot = await club.start();
    const { discord } = club;
    const alice = discord.as("alice", "general");
    const answer = await asks(club, "lantern-harbour-film", "I do not know this picture");
    const form = await alice.click(answer, "Search by title");
    const results = await (await alice.submitModal(form, { "Title of the anime": "Tourou no Minato Movie" })).reply(
      ({ content }) => content.includes("close to"),
    );
    const chosen = await alice.select(results, "Choose the anime", ["103"]);
    const thanks = await chosen.followUp();
    expect(thanks.content).toContain("From now on I know this picture as Tourou no Minato Movie");
    expect(textOf(await chosen.reply(titled("Tourou no Minato Movie")))).toContain("Confirmed by");

    const known = await asks(club, "lantern-harbour-film", "Tourou no Minato Movie");
    const clicks = [
      await alice.click(known, "Yes, that's it"),
      await alice.click(known, "Yes, that's it"),
      await discord.as("mod", "general").click(known, "Yes, that's it"),
    ];
    const said = await Promise.all(clicks.map(async (click) => (await click.followUp()).content));
    expect(said.filter((one) => one.startsWith("Thank you"))).toHaveLength(1);
    expect(said.filter((one) => one.startsWith("This was confirmed already"))).toHaveLength(2);
    await bot.stop();
    const taught = (await postersIn(club)).filter(({ anilistId }) => anilistId === 103);
    expect(taught.map(({ source }) => source).sort()).toEqual(["anilist", "confirmation"]);
    expect(club.coversAsked).toEqual([103]);
  });

  test("is for the person who asked, and survives a dead AniList", async () => {
    const club = await openClub({ covers: { 130: 503 } });
    const bot = await club.start();
    const { discord, doubles } = club;
    const answer = await asks(club, "lantern-harbour-2", SEASON_2);
    const foreign = await discord.as("bob", "general").click(answer, "Yes, that's it");
    expect((await foreign.followUp()).content).toContain("Only the person who asked");

    const alice = discord.as("alice", "general");
    const unknown = await asks(club, "velvet-static-1", "I do not know this picture");
    const form = await alice.click(unknown, "Search by title");
    const results = await (await alice.submitModal(form, { "Title of the anime": "Glass Orchard" })).reply(
      ({ content }) => content.includes("close to"),
    );
    doubles.setFault("anilist", { kind: "disabled" });
    const chosen = await alice.select(results, "Choose the anime", ["130"]);
    expect((await chosen.followUp()).content).toContain("Its official cover follows");
    await bot.stop();
    expect((await postersIn(club)).filter(({ anilistId }) => anilistId === 130)).toHaveLength(1);
  });

  test("awaits a moderator where the server wants that", async () => {
    const club = await openClub();
    const bot = await club.start();
    const { discord } = club;
    const mod = discord.as("mod", "general");
    await (await mod.slash("opfind-settings", { approval: true })).reply(titled("Settings of this server"));
    const answer = await asks(club, "lantern-harbour-2", SEASON_2);
    const clicked = await discord.as("alice", "general").click(answer, "Yes, that's it");
    const request = await clicked.followUp(0);
    expect(textOf(request)).toContain("says that this is");
    expect((await clicked.followUp(1)).content).toContain("A moderator will look at it");
    const again = await discord.as("alice", "general").click(answer, "Yes, that's it");
    expect((await again.followUp()).content).toContain("A moderator will look at it");
    const cheeky = await discord.as("alice", "general").click(request, "Approve");
    expect((await cheeky.followUp()).content).toContain("Only the person who asked, or a moderator");
    const approved = await mod.click(request, "Approve");
    await approved.reply(({ content }) => content.includes("approved it"));
    await bot.stop();
    expect((await postersIn(club)).filter(({ anilistId }) => anilistId === 102)).toHaveLength(1);
  });

  test("is approved as well by a moderator who says the same below the answer", async () => {
    const club = await openClub();
    await club.start();
    const { discord } = club;
    const mod = discord.as("mod", "general");
    await (await mod.slash("opfind-settings", { approval: true })).reply(titled("Settings of this server"));
    const answer = await asks(club, "lantern-harbour-2", SEASON_2);
    const request = await (await discord.as("alice", "general").click(answer, "Yes, that's it")).followUp(0);
    const approving = await mod.click(answer, "Yes, that's it");
    expect((await approving.followUp()).content).toContain("Thank you");
    const late = await mod.click(request, "Approve");
    expect((await late.followUp()).content).toContain("confirmed already");
  });
});

test("moderators see, undo and remove what was confirmed, and others do not", async () => {
  const club = await openClub();
  await club.start();
  const { discord } = club;
  const [alice, mod] = [discord.as("alice", "general"), discord.as("mod", "general")];
  const unknown = await asks(club, "velvet-static-1", "I do not know this picture");
  const form = await alice.click(unknown, "Search by title");
  const results = await (await alice.submitModal(form, { "Title of the anime": "Glass Orchard" })).reply(
    ({ content }) => content.includes("close to"),
  );
  await (await alice.select(results, "Choose the anime", ["130"])).followUp();
  const cheeky = await alice.slash("posters undo", {}, { isOpenedToAll: true });
  expect((await cheeky.reply(({ content }) => content !== "")).content).toContain("You need the permission");
  const recent = await (await mod.slash("posters recent")).reply(titled("Recently confirmed posters"));
  expect(textOf(recent)).toContain("Glass Orchard");
  const undone = await (await mod.slash("posters undo")).reply(({ content }) => content !== "");
  expect(undone.content).toContain("Undone: Glass Orchard");
  const again = await (await mod.slash("posters undo")).reply(({ content }) => content !== "");
  expect(again.content).toContain("There is nothing to undo");
  await asks(club, "velvet-static-1", "I do not know this picture");
});

test("whoever runs the bot rebuilds the index while questions are answered", async () => {
  const club = await openClub();
  const { discord } = club;
  await club.start({ DISCORD_OWNER_IDS: discord.as("mod", "general").person.id });
  const cheeky = await discord.as("alice", "general").slash("reindex", {}, { isOpenedToAll: true });
  expect((await cheeky.reply(({ content }) => content !== "")).content).toContain("Manage Server");
  const asked = await discord.as("mod", "general").slash("reindex", { full: true });
  const answer = asks(club, "lantern-harbour-2", SEASON_2);
  const report = await asked.reply((message) => textOf(message).includes("Done:"), 30_000);
  expect(textOf(report)).toContain("3 posters are searchable");
  await answer;
});

test("a moderator of one server brings the index up to date, but does not rebuild everybody's", async () => {
  const club = await openClub();
  await club.start();
  const mod = club.discord.as("mod", "general");
  const refused = await mod.slash("reindex", { full: true });
  expect((await refused.reply(({ content }) => content !== "")).content).toContain("owner of this bot");
  const asked = await mod.slash("reindex");
  await asked.reply((message) => textOf(message).includes("Done:"), 30_000);
});
