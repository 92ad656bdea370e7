import type { VerbEntry } from "./run-program.ts";

/** Every verb, in the order of the help. */
export const VERBS: Readonly<Record<string, VerbEntry>> = {};
