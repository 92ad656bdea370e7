import fc from "fast-check";
import { expect, test } from "vitest";
import { readCustomId, writeCustomId } from "../../src/discord/custom-id.ts";
import { newRequestId } from "../../src/discord/pending-choice.ts";
import type { Action } from "../../src/presenters/discord/action.ts";

const plain = fc.constantFrom<Action>(
  ...(["confirm", "wrong", "none", "search", "title", "songs", "playlist", "share", "jump", "image"] as const),
  ...(["tierlist", "more", "cancel", "review", "approve", "reject", "undo"] as const),
  ...(["export:json", "export:csv", "export:m3u8", "export:text"] as const),
);
const numbered = fc.oneof(
  fc.nat(24).map((n): Action => `pick:${n}`),
  fc.integer({ min: -1, max: 500 }).map((n): Action => `page:${n}`),
);
const place = fc.record({
  requestId: fc.constant(null).map(newRequestId),
  picture: fc.nat(9),
  anilistId: fc.option(fc.integer({ min: 1, max: 999_999_999 })),
});

test("every button comes back as it was written, in at most 100 characters", () => {
  fc.assert(
    fc.property(fc.oneof(plain, numbered), place, (action, where) => {
      const text = writeCustomId(where, action);
      expect(text.length).toBeLessThanOrEqual(100);
      expect(text).toMatch(/^v1:[a-z]+:/);
      expect(readCustomId(text)).toEqual({ ...where, action });
    }),
  );
});

test.each([
  "",
  "v2:confirm:abc:0.0",
  "v1:confirm:abc:0.0.1",
  "v1:pick:abc:0.0",
  "v1:nothing:abc:0.0",
  "v1:export:abc:0.0.exe",
])("%j is none of ours", (text) => {
  expect(readCustomId(text)).toBeNull();
});
