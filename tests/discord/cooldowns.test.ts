import { expect, test } from "vitest";
import { openCooldowns } from "../../src/discord/cooldowns.ts";

test("a person who asked enough waits, and does not use up the server's questions", async () => {
  const cooldowns = openCooldowns({ perUser: 2, perGuild: 3 });
  const ask = (userId: string, guildId: string | null = "5") => cooldowns.take({ userId, guildId });
  expect((await Promise.all([ask("1"), ask("1")])).map(({ kind }) => kind)).toEqual(["free", "free"]);
  expect(await ask("1")).toMatchObject({ kind: "wait", of: "user" });
  expect(await ask("2")).toEqual({ kind: "free" });
  expect(await ask("3")).toMatchObject({ kind: "wait", of: "guild" });
  expect(await ask("3", "6")).toEqual({ kind: "free" });
  expect(await ask("4", null)).toEqual({ kind: "free" });
});
