import { TeamMemberRole } from "discord.js";
import { expect, test } from "vitest";
import { textOf } from "../support/posters.ts";
import { type ClubOptions, openClub } from "../support/running-bot.ts";

const PLACES = { name: "Anime Club", channels: ["general"] } as const;

/** A server whose members may all rebuild its index, and a bot that belongs to somebody. */
async function clubOf(belongsTo: Pick<ClubOptions, "owner" | "team">) {
  const people = ["alice", "bob", "mod"];
  const permissions = Object.fromEntries(people.map((name) => [name, ["ManageGuild"] as const]));
  const club = await openClub({ people, guilds: [{ ...PLACES, permissions }], ...belongsTo });
  const rebuild = async (name: string) => {
    const asked = await club.discord.as(name, "general").slash("reindex", { full: true });
    return textOf(await asked.reply((message) => /Done:|owner of this bot/.test(textOf(message)), 30_000));
  };
  return { ...club, rebuild };
}

test("whom the application belongs to may rebuild everybody's index, and no other moderator", async () => {
  const { start, rebuild } = await clubOf({ owner: "alice" });
  await start();
  expect(await rebuild("bob")).toContain("owner of this bot");
  expect(await rebuild("alice")).toContain("Done:");
});

test("of a team, its owner and admins may, and developers may not", async () => {
  const team = [
    { name: "bob", role: TeamMemberRole.Admin },
    { name: "mod", role: TeamMemberRole.Developer },
  ];
  const { start, rebuild } = await clubOf({ owner: "alice", team });
  await start();
  expect(await rebuild("mod")).toContain("owner of this bot");
  expect(await rebuild("bob")).toContain("Done:");
});

test("people named in the settings may instead of the application's owner", async () => {
  const { discord, start, rebuild } = await clubOf({ owner: "alice" });
  await start({ DISCORD_OWNER_IDS: discord.as("bob", "general").person.id });
  expect(await rebuild("alice")).toContain("owner of this bot");
  expect(await rebuild("bob")).toContain("Done:");
});
