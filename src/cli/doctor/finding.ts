/** What the doctor found out about one part. */
export interface Finding {
  readonly part: string;
  /** "failed": opfind cannot do its main job; "warning": it can, with less */
  readonly state: "ok" | "warning" | "failed";
  readonly says: string;
  /** what a person can do, null when all is well */
  readonly remedy: string | null;
}

/** A look at one part. It reports what is wrong and never throws for it. */
export type Check = (signal: AbortSignal) => Promise<Finding>;

/** Tells what is right, with the remedy to give when looking throws. */
export interface Look {
  readonly part: string;
  readonly onTrouble: "warning" | "failed";
  readonly remedy: string;
  /** @returns what is right; throws an Error whose message says what is wrong */
  look(signal: AbortSignal): Promise<string>;
}

/** Turns a look into a check: whatever it throws becomes its finding. */
export function check({ part, onTrouble, remedy, look }: Look): Check {
  return async (signal) => {
    try {
      return { part, state: "ok", says: await look(signal), remedy: null };
    } catch (error) {
      signal.throwIfAborted();
      const says = error instanceof Error ? error.message : String(error);
      return { part, state: onTrouble, says: says.split("\n")[0] ?? says, remedy };
    }
  };
}
