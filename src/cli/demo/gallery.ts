import { openArtwork } from "../../pipeline/artwork.ts";
import type { SongsOf } from "../../pipeline/enrich.ts";
import type { IdentifyDeps } from "../../pipeline/identify.ts";
import type { ImportGallery } from "../posters-import.ts";
import type { VerbContext } from "../verb.ts";

type DemoGallery = ImportGallery & Pick<IdentifyDeps, "index" | "calibration">;

/** What of wire.ts the demonstration opens. */
export interface DemoWire {
  openGallery(context: VerbContext): Promise<DemoGallery>;
  openSongs(context: VerbContext): Promise<{ readonly songsOf: SongsOf; close(): Promise<void> }>;
}

export function pipelineOf(gallery: DemoGallery): IdentifyDeps {
  const { embedder, calibration, store } = gallery;
  const artwork = openArtwork(store, { modelId: embedder.modelId, threshold: calibration.sameArtwork });
  return { ...gallery, artwork };
}
