import type { ModelEntry } from "../domain/model.ts";

/** Raise it whenever the same picture would give other numbers: stored embeddings become foreign. */
const PREPROCESSING_VERSION = 1;

/** Names a network with its preprocessing: `Embedder.modelId`. */
export function modelIdOf({ id, files }: Pick<ModelEntry, "id" | "files">): string {
  return `${id}@${files[0].sha256.slice(0, 12)}+p${PREPROCESSING_VERSION}`;
}
