import { z } from "zod";
import type { Identification, Verdict } from "../domain/identification.ts";
import { anilistId, confidence, posterId, score } from "./anime-schemas.ts";

const candidate = z.object({
  anilistId,
  title: z.string().meta({ examples: ["Shingeki no Kyojin"] }),
  confidence,
  score,
  posterId,
  sameArtwork: z
    .array(anilistId)
    .readonly()
    .meta({ description: "other anime that use the same artwork as their poster" }),
});

export const verdictShape = {
  verdict: z.enum(["match", "ambiguous", "unknown"]),
  confidence: confidence.meta({ description: "of the first candidate; 0 without one" }),
  candidates: z.array(candidate).readonly().meta({ description: "best first" }),
};

export const timings = z
  .record(z.string(), z.number())
  .meta({ description: "milliseconds by stage; empty for an answer that was remembered", examples: [{ embed: 21.4 }] });

export function verdictFacts({ kind, candidates }: Verdict) {
  return { verdict: kind, confidence: candidates[0]?.confidence ?? 0, candidates };
}

export function timingFacts({ timings: stages }: Identification): Record<string, number> {
  return Object.fromEntries(stages.map(({ stage, ms }) => [stage, Math.round(ms * 100) / 100]));
}
