import type { Identification } from "../domain/identification.ts";
import { type ErrorCode, OpfindError } from "../errors.ts";
import type { Turn } from "../pipeline/fair-line.ts";
import type { Clock } from "../pipeline/ports.ts";
import { type AttachmentFacts, type Download, fetchAttachment } from "./attachment.ts";
import type { Backend } from "./backend.ts";
import type { Finding } from "./pending-choice.ts";

/** What came of one picture. */
export interface Look {
  readonly finding: Finding;
  readonly file: string;
  /** null when they could not be had or are no picture */
  readonly bytes: Uint8Array | null;
  readonly timings: Identification["timings"];
}

interface Looking {
  readonly turn: Turn;
  readonly backend: Pick<Backend, "identify" | "looksLikeBoard">;
  readonly download: Download;
  readonly clock: Pick<Clock, "elapsedMs">;
}

/** Downloads a picture and names it; what fails is told as what was found. @throws OpfindError aborted, or a bug */
export async function lookAt(
  attachment: AttachmentFacts,
  { turn, backend, download, clock }: Looking,
  signal: AbortSignal,
): Promise<Look> {
  const { name: file } = attachment;
  const since = clock.elapsedMs();
  try {
    const bytes = await fetchAttachment(attachment, download, signal);
    const downloaded = { stage: "download", ms: clock.elapsedMs() - since };
    const { verdict, timings } = await backend.identify(bytes, turn, signal);
    const isBoard = verdict.kind !== "match" && (await looksLikeBoard(bytes, { turn, backend }, signal));
    return { finding: { kind: "seen", verdict, isBoard }, file, bytes, timings: [downloaded, ...timings] };
  } catch (failure) {
    if (!(failure instanceof OpfindError) || failure.code === "aborted") throw failure;
    return unseen(attachment, failure.code);
  }
}

/** A picture that failed. */
export function unseen({ name: file }: Pick<AttachmentFacts, "name">, code: ErrorCode): Look {
  return { finding: { kind: "failed", code }, file, bytes: null, timings: [] };
}

/** Only an offer hangs on it: when nobody can look now, the answer stands without. */
async function looksLikeBoard(
  bytes: Uint8Array,
  { turn, backend }: Pick<Looking, "turn" | "backend">,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return await backend.looksLikeBoard(bytes, turn, signal);
  } catch (failure) {
    if (!(failure instanceof OpfindError) || failure.code === "aborted") throw failure;
    return false;
  }
}
