import { expect, test } from "vitest";
import { findPending, newRequestId, type PendingChoice, savePending } from "../../src/discord/pending-choice.ts";
import { openPendingStore } from "../../src/index/pending-store.ts";
import { storeWith } from "../support/index-deps.ts";

const NOON = Date.parse("2026-01-02T12:00:00Z");
const DAY_MS = 24 * 60 * 60_000;

async function open(now: { at: number }) {
  const { store } = await storeWith(0);
  const pending = openPendingStore(store, { now: () => now.at });
  return { savePending: pending.save.bind(pending), findPending: pending.find.bind(pending) };
}

const candidate = { anilistId: 1, title: "One", confidence: 0.9, score: 0.8, posterId: 3, sameArtwork: [] };
const choice = (): PendingChoice => ({
  requestId: newRequestId(),
  askerId: "1",
  guildId: null,
  locale: "ja",
  isEphemeral: false,
  isUninvited: true,
  subject: {
    kind: "pictures",
    findings: [
      { kind: "seen", verdict: { kind: "match", best: candidate, candidates: [candidate] }, isBoard: false },
      { kind: "failed", code: "image-corrupt" },
    ],
  },
});

test("an answer is found again as it was, for a day", async () => {
  const now = { at: NOON };
  const backend = await open(now);
  const asked = choice();
  await savePending(asked, [], { backend, now: now.at });
  expect(await findPending(asked.requestId, backend)).toEqual(asked);
  now.at += DAY_MS - 1;
  expect(await findPending(asked.requestId, backend)).toEqual(asked);
  now.at += 1;
  expect(await findPending(asked.requestId, backend)).toBeNull();
  expect(await findPending("never", backend)).toBeNull();
});

test("an answer of another version is too old, not a crash", async () => {
  const backend = await open({ at: NOON });
  const row = { requestId: "a", askerId: "1", guildId: null, expiresAt: NOON + DAY_MS };
  await backend.savePending({ ...row, state: JSON.stringify({ subject: { kind: "unheard of" } }) }, []);
  expect(await findPending("a", backend)).toBeNull();
});
