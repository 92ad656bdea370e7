import type { Clock } from "../pipeline/ports.ts";
import type { DiscordMessage } from "../presenters/discord/message.ts";
import type { Reply } from "./reply.ts";

interface Pace {
  /** nothing is said before */
  readonly firstMs: number;
  /** between two edits: Discord allows five in five seconds for a whole channel */
  readonly everyMs: number;
}

/** Shows how something goes on, at a polite rate: an edit while one is under way, or too soon, is left out. */
export class PoliteEdits {
  readonly #reply: Reply;
  readonly #clock: Pick<Clock, "elapsedMs">;
  readonly #pace: Pace;
  #nextAt: number;
  #underWay: Promise<void> | undefined;
  #isOver = false;

  constructor(reply: Reply, pace: Pace, clock: Pick<Clock, "elapsedMs">) {
    this.#reply = reply;
    this.#clock = clock;
    this.#pace = pace;
    this.#nextAt = clock.elapsedMs() + pace.firstMs;
  }

  /** @param make is called only when there is something to show */
  offer(make: () => DiscordMessage): void {
    const now = this.#clock.elapsedMs();
    if (this.#isOver || this.#underWay || now < this.#nextAt) return;
    this.#nextAt = now + this.#pace.everyMs;
    // Whoever cannot see the progress still gets the answer, and what is wrong is told then.
    this.#underWay = this.#reply.show(make()).catch(() => {});
    void this.#underWay.finally(() => {
      this.#underWay = undefined;
    });
  }

  /** The last word: no edit comes after it. */
  async end(answer: DiscordMessage): Promise<void> {
    this.#isOver = true;
    await this.#underWay;
    await this.#reply.show(answer);
  }

  /** Ends without a word of its own. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#underWay;
  }
}
