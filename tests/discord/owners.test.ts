import { expect, test } from "vitest";
import { openOwners } from "../../src/discord/owners.ts";

const [ALICE, BOB, CAROL, DAVE] = ["1", "2", "3", "4"] as const;
const live = () => new AbortController().signal;

const member = (id: string, role: string, isAccepted = true) => ({
  membership_state: isAccepted ? 2 : 1,
  role,
  user: { id },
});

/** @param application what Discord tells, one answer after another; the last one stays */
function scene(ids: readonly string[], ...application: readonly unknown[]) {
  const time = { now: 0 };
  const asked = { times: 0 };
  const isOwner = openOwners({
    ids,
    application: async () => application[Math.min(asked.times++, application.length - 1)],
    clock: { elapsedMs: () => time.now },
  });
  const owners = async () => {
    const all: string[] = [];
    for (const id of [ALICE, BOB, CAROL, DAVE]) if (await isOwner(id, live())) all.push(id);
    return all;
  };
  return { time, asked, isOwner, owners };
}

test("the application's owner runs the bot, and Discord is asked once for a while", async () => {
  const { time, asked, owners } = scene([], { owner: { id: ALICE }, team: null }, { owner: { id: BOB } });
  expect(await owners()).toEqual([ALICE]);
  expect(asked.times).toBe(1);
  time.now += 10 * 60_000;
  expect(await owners()).toEqual([BOB]);
});

test("of a team, its owner and those admins who accepted do, and the team's own account does not", async () => {
  const members = [member(ALICE, "developer"), member(BOB, "admin"), member(CAROL, "admin", false)];
  const { owners } = scene([], { owner: { id: CAROL }, team: { owner_user_id: DAVE, members } });
  expect(await owners()).toEqual([BOB, DAVE]);
});

test("people named in the settings do instead, and Discord is not asked", async () => {
  const { asked, owners } = scene([BOB], { owner: { id: ALICE } });
  expect(await owners()).toEqual([BOB]);
  expect(asked.times).toBe(0);
});

test("a Discord that does not answer makes nobody an owner, and says so", async () => {
  const isOwner = openOwners({
    ids: [],
    application: () => Promise.reject(new Error("502")),
    clock: { elapsedMs: () => 0 },
  });
  await expect(isOwner(ALICE, live())).rejects.toMatchObject({ code: "discord-unreachable" });
});
