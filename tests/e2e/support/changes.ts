import { EventEmitter } from "node:events";

const PATIENCE_MS = 10_000;

/** Tells waiting tests that something happened at this Discord, so that they look again: no test sleeps. */
export class Changes {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  tell(): void {
    this.#emitter.emit("change");
  }

  /**
   * Waits until `look` finds something.
   * @param what for the error's sentence: "alice waited 10 s for …"
   */
  until<T>(what: string, look: () => T | undefined, timeoutMs = PATIENCE_MS): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = () => {
        clearTimeout(timer);
        this.#emitter.off("change", again);
      };
      const again = () => {
        const found = look();
        if (found === undefined) return;
        finish();
        resolve(found);
      };
      const timer = setTimeout(() => {
        finish();
        reject(new Error(`Waited ${timeoutMs / 1000} s for ${what}.`));
      }, timeoutMs);
      this.#emitter.on("change", again);
      again();
    });
  }
}
