import type { PosterId } from "../domain/poster.ts";
import type { NewEmbedding, PosterStore } from "../pipeline/ports.ts";
import type { PosterRecord } from "./poster-rows.ts";

/** An embedding with the network that made it. */
export interface StoredEmbedding extends NewEmbedding {
  readonly modelId: string;
}

/** A poster store that can be carried elsewhere as a whole: for exports and migrations. */
export interface GalleryStore extends PosterStore {
  /** how many posters there are */
  count(): Promise<number>;
  /** Like `list`, with all that is stored about the anime. */
  records(): AsyncIterable<PosterRecord>;
  /** Every embedding of a poster, of every network; none when there is no such poster. */
  embedded(posterId: PosterId): Promise<readonly StoredEmbedding[]>;
}
