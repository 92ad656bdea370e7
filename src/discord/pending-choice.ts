import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Verdict } from "../domain/identification.ts";
import { ERROR_CODES, type ErrorCode } from "../errors.ts";
import type { PendingImage } from "../pipeline/pending.ts";
import type { TierList } from "../pipeline/tier-list.ts";
import type { Backend } from "./backend.ts";

/** What was found out about one picture of a question. */
export type Finding =
  | { readonly kind: "seen"; readonly verdict: Verdict; readonly isBoard: boolean }
  | { readonly kind: "failed"; readonly code: ErrorCode };

/** What the buttons of an answer are about. It never changes: what a click adds stands in its custom id. */
type Subject =
  | { readonly kind: "pictures"; readonly findings: readonly Finding[] }
  | { readonly kind: "songs" }
  | { readonly kind: "tier-list"; readonly list: TierList }
  /** the progress of a re-index, the list of confirmations: what they show is stored elsewhere */
  | { readonly kind: "report" };

/** An answer that waits for clicks. */
export interface PendingChoice {
  readonly requestId: string;
  readonly askerId: string;
  /** null in direct messages */
  readonly guildId: string | null;
  /** the language of the answer, as Discord writes it */
  readonly locale: string;
  readonly isEphemeral: boolean;
  /** nobody asked: a few lines instead of the whole answer */
  readonly isUninvited: boolean;
  readonly subject: Subject;
}

const DAY_MS = 24 * 60 * 60_000;
/** Whoever has not clicked within a day asks again; the progress of a re-index may be there for longer than that. */
const LIFETIME_MS = { pictures: DAY_MS, songs: DAY_MS, "tier-list": DAY_MS, report: 7 * DAY_MS } as const;

export function newRequestId(): string {
  return randomBytes(12).toString("base64url");
}

export async function savePending(
  choice: PendingChoice,
  images: readonly PendingImage[],
  { backend, now }: { readonly backend: Pick<Backend, "savePending">; readonly now: number },
): Promise<void> {
  const { requestId, askerId, guildId, ...kept } = choice;
  const row = {
    requestId,
    askerId,
    guildId,
    expiresAt: now + LIFETIME_MS[kept.subject.kind],
    state: JSON.stringify(kept),
  };
  await backend.savePending(row, images);
}

/** @returns null for an answer that is too old, or of a version that is */
export async function findPending(
  requestId: string,
  { findPending }: Pick<Backend, "findPending">,
): Promise<PendingChoice | null> {
  const row = await findPending(requestId);
  if (!row) return null;
  const kept = STATE.safeParse(JSON.parse(row.state));
  return kept.success ? { requestId, askerId: row.askerId, guildId: row.guildId, ...kept.data } : null;
}

const candidate = z.object({
  anilistId: z.number(),
  title: z.string(),
  confidence: z.number(),
  score: z.number(),
  posterId: z.number(),
  sameArtwork: z.array(z.number()),
});
const candidates = z.array(candidate);
const verdict = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("match"), best: candidate, candidates }),
  z.object({ kind: z.literal("ambiguous"), candidates }),
  z.object({ kind: z.literal("unknown"), candidates }),
]);
const box = z.object({ left: z.number(), top: z.number(), width: z.number(), height: z.number() });
const row = z.object({ row: z.number(), colour: z.string().nullable(), cells: z.array(z.object({ box, verdict })) });
const finding = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("seen"), verdict, isBoard: z.boolean() }),
  z.object({ kind: z.literal("failed"), code: z.enum(ERROR_CODES) }),
]);
const STATE = z.object({
  locale: z.string(),
  isEphemeral: z.boolean(),
  isUninvited: z.boolean(),
  subject: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("pictures"), findings: z.array(finding) }),
    z.object({ kind: z.literal("songs") }),
    z.object({ kind: z.literal("tier-list"), list: z.object({ rows: z.array(row), unread: z.number() }) }),
    z.object({ kind: z.literal("report") }),
  ]),
});
