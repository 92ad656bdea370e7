import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { onQdrant, openConfirmingStore, wishOf } from "../support/confirming.ts";
import { posterOf, sha256 } from "../support/posters.ts";
import { runDouble } from "../support/qdrant.ts";
import { tempDir } from "../support/temp-dir.ts";

const turn = { lane: "1" };
const live = () => new AbortController().signal;
/** `npm run test:kill` asks for 50. */
const KILLS = Number(process.env["OPFIND_TEST_KILLS"] ?? 6);
/** Requests after which the last kill comes: some four confirmations and an undo. */
const LAST_KILL_REQUESTS = 60;
const CONFIRMER = resolve(import.meta.dirname, "../support/confirmer.mjs");
/** More than a confirmation with its cover, or an undo, asks. */
const MOST_REQUESTS = 24;

async function openOn({ url, dataDir = tempDir() }: { url: string; dataDir?: string }) {
  return { dataDir, ...(await openConfirmingStore({ dataDir, place: onQdrant(url, 300) })) };
}

test.each(["hang-up", "unanswered"] as const)(
  "Qdrant that dies by %s at any request of a confirmation leaves a word that the next start ends, once",
  async (kind) => {
    let failures = 0;
    for (let after = 0; after < MOST_REQUESTS; after++) {
      const double = await runDouble();
      const before = await openOn(double);
      await before.ask("a");
      double.setFault({ kind, after });
      const failed = await before.confirming.confirm(wishOf("a"), turn, live()).then(
        () => false,
        ({ code }: { code: unknown }) => code === "index-down",
      );
      double.setFault(null);
      if (!failed) break;
      failures++;
      const { confirming, posters, ledger } = await openOn({ ...double, dataDir: before.dataDir });
      await confirming.finish(live());
      const isHeard = ledger.standing(wishOf("a")) !== null;
      if (!isHeard) await confirming.confirm(wishOf("a"), turn, live());
      expect((await posters()).map(({ source }) => source)).toEqual(["anilist", "confirmation"]);
      expect(ledger.standing(wishOf("a"))).toMatchObject({ state: "confirmed", isNew: true });
      expect(ledger.unfinished()).toEqual([]);
      await confirming.undo(ledger.standing(wishOf("a"))?.confirmationId ?? 0, { userId: "9", guildId: "5" });
      expect((await posters()).map(({ source }) => source)).toEqual(["anilist"]);
    }
    expect(failures).toBeGreaterThan(8);
  },
);

test("a word that is on its way stays the first one's, and the next click ends it", async () => {
  const double = await runDouble();
  const { confirming, ask, posters, store } = await openOn(double);
  await store.add(posterOf(7));
  await ask("a");
  // The poster arrives, the answer does not: from here on the picture is known as the first anime.
  double.setFault({ kind: "unanswered", after: 5 });
  await expect(confirming.confirm(wishOf("a"), turn, live())).rejects.toMatchObject({ code: "index-down" });
  double.setFault(null);
  const ended = await confirming.confirm(wishOf("a", { anilistId: 8, userId: "2" }), turn, live());
  expect(ended).toMatchObject({ kind: "learnt", confirmation: { anilistId: 7, userId: "1" } });
  expect(await posters()).toHaveLength(2);
});

test("a picture on its way outlives its question, and an undo that Qdrant did not hear is owed", async () => {
  const double = await runDouble();
  const { confirming, ask, pending, posters, ledger } = await openOn(double);
  await ask("a");
  double.setFault({ kind: "hang-up", after: 3 });
  await expect(confirming.confirm(wishOf("a"), turn, live())).rejects.toMatchObject({ code: "index-down" });
  double.setFault(null);
  const expired = { requestId: "a", askerId: "1", guildId: "5", expiresAt: 0, state: "{}" };
  await pending.save(expired, []);
  await ask("b");
  await confirming.finish(live());
  const { confirmationId = 0 } = ledger.standing(wishOf("a")) ?? {};
  const undo = (guildId: string) => confirming.undo(confirmationId, { userId: "9", guildId });
  double.setFault({ kind: "hang-up" });
  await expect(undo("5")).rejects.toMatchObject({ code: "index-down" });
  await expect(undo("5")).rejects.toMatchObject({ code: "index-down" });
  double.setFault(null);
  expect(await undo("5")).toMatchObject({ state: "undone" });
  expect(await undo("5")).toBeNull();
  expect((await posters()).map(({ source }) => source)).toEqual(["anilist"]);
});

test("a denial does not meet an approval that is on its way", async () => {
  const double = await runDouble();
  const { confirming, ask, posters } = await openOn(double);
  await ask("a");
  await confirming.confirm(wishOf("a", { isSubjectToApproval: true }), turn, live());
  double.setFault({ kind: "hang-up", after: 6 });
  await expect(confirming.approve(wishOf("a"), "9", turn, live())).rejects.toMatchObject({ code: "index-down" });
  double.setFault(null);
  expect(await confirming.reject(wishOf("a"), "8")).toBeNull();
  expect(await confirming.approve(wishOf("a"), "8", turn, live())).toMatchObject({
    kind: "learnt",
    confirmation: { decidedBy: "9" },
  });
  expect(await posters()).toHaveLength(2);
});

test(
  `${KILLS} kills amid confirming and undoing on Qdrant: every word has its poster once, nothing undone stays`,
  async () => {
    const [{ url, requests }, dataDir] = [await runDouble(), tempDir()];
    const told: string[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const words = [CONFIRMER, dataDir, url, String(1 + kill * 1_000)];
      const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
      const lines = createInterface({ input: child.stdout });
      const ready = once(lines, "line");
      lines.on("line", (line) => told.push(line));
      await ready;
      const enough = requests.length + Math.ceil((LAST_KILL_REQUESTS * (kill + 1)) / KILLS);
      await expect.poll(() => requests.length, { interval: 1, timeout: 30_000 }).toBeGreaterThanOrEqual(enough);
      child.kill("SIGKILL");
      await Promise.all([once(child, "exit"), once(lines, "close")]);
    }
    const { confirming, store, posters } = await openOn({ url, dataDir });
    await confirming.finish(live());
    const learnt = (await posters()).filter(({ source }) => source === "confirmation");
    const standing = await confirming.recent("5", 10_000);
    expect(new Set(standing.map(({ posterId }) => posterId))).toEqual(new Set(learnt.map(({ posterId }) => posterId)));
    expect(standing).toHaveLength(learnt.length);
    const of = (word: string) => told.flatMap((line) => (line.startsWith(word) ? [Number(line.split(" ")[1])] : []));
    const there = new Set(learnt.map(({ anilistId }) => anilistId));
    const undoing = new Set(of("undoing"));
    expect(of("accepted").filter((number) => !there.has(number) && !undoing.has(number))).toEqual([]);
    expect(of("undone").filter((number) => there.has(number))).toEqual([]);
    expect(of("accepted").length).toBeGreaterThan(KILLS);
    for (const { posterId, sha256: sum } of learnt) {
      expect(sha256((await store.image(posterId)) ?? new Uint8Array())).toBe(sum);
    }
  },
  60_000 + KILLS * 5_000,
);
