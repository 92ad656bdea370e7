import { confidenceInWords, percent } from "../identification.ts";
import type { Say } from "./words.ts";

/** "certain, 99.8 %" */
export function sureness(confidence: number, say: Say): string {
  const word = say.plain(`confidence.${confidenceInWords(confidence)}`);
  return say.plain("match.sure", { confidence: word, percent: percent(confidence) });
}

/** Embed colours: green for an answer, amber for a doubt, grey for "I do not know", red for a failure. */
export const COLOURS = { sure: 0x3ba55d, unsure: 0xf0b232, unknown: 0x80848e, failed: 0xda373c } as const;
