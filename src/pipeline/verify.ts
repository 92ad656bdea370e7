import type { PosterId } from "../domain/poster.ts";
import { entryPoint } from "../entry-point.ts";
import { OpfindError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Clock, PosterStore, RgbImage, Verification, Verifier } from "./ports.ts";
import { mirror, shrinkTowards } from "./region.ts";
import type { Keypoints, VerifyReply, VerifyRequest } from "./verify-protocol.ts";
import { WorkerChannel } from "./worker-channel.ts";

export interface VerifierOptions {
  readonly store: Pick<PosterStore, "image">;
  readonly decode: (bytes: Uint8Array, signal: AbortSignal) => Promise<RgbImage>;
  readonly log: Logger;
  readonly clock: Pick<Clock, "elapsedMs">;
  /** milliseconds for one picture, start of the thread included; without it as measured */
  readonly budgetMs?: number;
  /** points that end the search; more when all are to be counted */
  readonly enough?: number;
  /** the worker's script, another one in tests of its failures */
  readonly workerScript?: URL;
}

/** A picture takes 30 to 150 ms (models/calibration.md); a machine with other work some times that. */
const BUDGET_MS = 3_000;
/** The first picture waits for OpenCV as well: half a second alone, some ten times that on a machine with other work. */
const START_MS = 6_000;
/** Posters whose points are remembered: 18 kB each. */
const REMEMBERED = 400;
/** Failures in a row after which it rests: something is broken, and each try costs the whole time. */
const FAILURES = 3;
/** Long enough for a full machine to empty; then one picture tries. */
const REST_MS = 10 * 60_000;
/** Pixels of the longer side that suffice: the worker compares at 400. */
const SUFFICIENT = 400;
/** Points that end the search: false pairs never came near (models/calibration.md). */
const ENOUGH = 25;

type Channel = WorkerChannel<VerifyRequest, VerifyReply>;

/** Opens nothing yet: the thread starts with the first picture that needs it. */
export function openVerifier(options: VerifierOptions): Verifier {
  return new OpenCvVerifier(options);
}

class OpenCvVerifier implements Verifier {
  readonly #options: VerifierOptions;
  /** oldest use first */
  readonly #known = new Map<PosterId, Keypoints>();
  #channel: Channel | undefined;
  /** the thread has answered once: OpenCV is there */
  #isReady = false;
  /** threads ended so far: several pictures wait for one thread, and its end is one failure */
  #ended = 0;
  #lastId = 0;
  #failures = 0;
  /** when one picture may try again, by the clock */
  #restsUntil = 0;

  constructor(options: VerifierOptions) {
    this.#options = options;
  }

  async compare(picture: RgbImage, posterIds: readonly PosterId[], signal: AbortSignal): Promise<Verification> {
    if (this.#isResting()) return { kind: "failed", why: "it failed too often" };
    const { budgetMs = BUDGET_MS + (this.#isReady ? 0 : START_MS) } = this.#options;
    const thread = this.#ended;
    // A plain timer: AbortSignal.timeout within AbortSignal.any may be collected before it fires on Node 20.
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error(`it took more than ${budgetMs} ms`)), budgetMs);
    try {
      const inTime = AbortSignal.any([signal, late.signal]);
      const inliers = await this.#inliers(shrinkTowards(picture, SUFFICIENT), posterIds, inTime);
      this.#failures = 0;
      return { kind: "compared", inliers };
    } catch (cause) {
      if (signal.aborted) throw new OpfindError("aborted", "Comparing posters was stopped.", { cause });
      return await this.#failed(cause, thread);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    const channel = this.#channel;
    this.#channel = undefined;
    this.#isReady = false;
    this.#ended += 1;
    await channel?.close();
  }

  /** After its rest the first picture tries; the others hear of it only when it went well. */
  #isResting(): boolean {
    if (this.#failures < FAILURES) return false;
    const isResting = this.#options.clock.elapsedMs() < this.#restsUntil;
    if (!isResting) this.#rest();
    return isResting;
  }

  #rest(): void {
    this.#restsUntil = this.#options.clock.elapsedMs() + REST_MS;
  }

  /** Whatever it was, a new thread is in no way bound to it: a hanging one is ended with its work. */
  async #failed(cause: unknown, thread: number): Promise<Verification> {
    if (thread === this.#ended) {
      this.#failures += 1;
      this.#rest();
      await this.close();
    }
    const why = cause instanceof Error ? cause.message : String(cause);
    this.#options.log.warn({ failures: this.#failures }, `posters were not compared point by point: ${why}`);
    return { kind: "failed", why };
  }

  /** The picture first, then its mirror image; poster by poster, until one certainly is the picture's own. */
  async #inliers(picture: RgbImage, posterIds: readonly PosterId[], signal: AbortSignal) {
    const { enough = ENOUGH } = this.#options;
    const best = new Map<PosterId, number>();
    for (const seen of [picture, mirror(picture)]) {
      const points = await this.#describe(seen, signal);
      for (const posterId of posterIds) {
        const poster = await this.#posterOf(posterId, signal);
        if (poster === null) continue;
        const count = Math.max(await this.#compare(points, poster, signal), best.get(posterId) ?? 0);
        best.set(posterId, count);
        if (count >= enough) return best;
      }
    }
    return best;
  }

  /** @returns null for a poster without a picture, or with one that cannot be read any more */
  async #posterOf(posterId: PosterId, signal: AbortSignal): Promise<Keypoints | null> {
    const keypoints = this.#known.get(posterId) ?? (await this.#read(posterId, signal));
    if (keypoints === null) return null;
    this.#known.delete(posterId);
    this.#known.set(posterId, keypoints);
    const [oldest] = this.#known.keys();
    if (this.#known.size > REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    return keypoints;
  }

  async #read(posterId: PosterId, signal: AbortSignal): Promise<Keypoints | null> {
    const { store, decode, log } = this.#options;
    try {
      const bytes = await store.image(posterId);
      if (bytes === null) return null;
      return await this.#describe(shrinkTowards(await decode(bytes, signal), SUFFICIENT), signal);
    } catch (error) {
      if (!(error instanceof OpfindError) || error.code === "aborted") throw error;
      log.warn({ posterId, code: error.code }, "a stored poster cannot be compared");
      return null;
    }
  }

  async #describe(image: RgbImage, signal: AbortSignal): Promise<Keypoints> {
    const reply = await this.#ask({ kind: "describe", id: ++this.#lastId, image }, signal);
    if (reply.kind !== "described") throw unexpected(reply);
    return reply.keypoints;
  }

  async #compare(picture: Keypoints, poster: Keypoints, signal: AbortSignal): Promise<number> {
    const reply = await this.#ask({ kind: "compare", id: ++this.#lastId, picture, poster }, signal);
    if (reply.kind !== "compared") throw unexpected(reply);
    return reply.inliers;
  }

  async #ask(request: VerifyRequest, signal: AbortSignal): Promise<VerifyReply> {
    if (this.#channel?.isStopped) this.#channel = undefined;
    this.#channel ??= new WorkerChannel(this.#options.workerScript ?? entryPoint(import.meta.url, "verify-worker"));
    const reply = await this.#channel.ask(request, [], signal);
    this.#isReady = true;
    return reply;
  }
}

function unexpected(reply: VerifyReply): Error {
  return new Error(reply.kind === "failed" ? reply.why : `the thread answered "${reply.kind}" to another question`);
}
