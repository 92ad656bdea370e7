import { OpfindError } from "../errors.ts";
import type { Resident, ResidentFacts } from "../pipeline/resident.ts";
import type { ProcessFacts } from "./process-facts.ts";

interface Part {
  readonly name: "process" | "gallery" | "network" | "queue";
  readonly isWell: boolean;
  readonly detail: string;
}

export interface Readiness {
  readonly isReady: boolean;
  readonly parts: readonly Part[];
}

/** May requests be sent here? A gallery without posters answers, and truly: it knows nothing yet. */
export async function readinessOf({
  resident,
  processFacts,
}: {
  readonly resident: Pick<Resident, "facts">;
  readonly processFacts: () => ProcessFacts;
}): Promise<Readiness> {
  const { isStopping, version } = processFacts();
  const detail = isStopping ? "it is shutting down" : `opfind ${version}`;
  const parts = [{ name: "process", isWell: !isStopping, detail } as const, ...(await galleryParts(resident))];
  return { isReady: parts.every(({ isWell }) => isWell), parts };
}

async function galleryParts(resident: Pick<Resident, "facts">): Promise<readonly Part[]> {
  try {
    return partsOf(await resident.facts());
  } catch (error) {
    // Whatever it is: that the gallery does not answer is just what is asked here.
    const detail = error instanceof OpfindError ? error.message : "it does not answer";
    return [{ name: "gallery", isWell: false, detail }];
  }
}

function partsOf({ posters, embeddings, indexKind, modelId, device, waiting, running }: ResidentFacts) {
  return [
    { name: "gallery", isWell: true, detail: `${posters} posters, ${embeddings} embeddings in ${indexKind}` },
    { name: "network", isWell: true, detail: `${modelId} on ${device}` },
    { name: "queue", isWell: true, detail: `${waiting} wait, ${running} are worked on` },
  ] as const;
}
