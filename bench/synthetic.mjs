/** `galleryViews`: the whole poster and nine parts of it. */
export const VIEWS = 10;
/** Seasons of a story, whose posters resemble each other a little. */
const PER_FRANCHISE = 3;
/** Cosine of two views of a poster, and of two posters of a story: about what the network gives. */
const NEAR = { view: 0.7, poster: 0.3 };

/**
 * Posters without a picture whose vectors lie as real ones do: views near their poster, posters near their story.
 * @param first id of the first anime, above those of real ones
 */
export function* clusteredPosters({ count, dimension, modelId, first = 5_000_000 }) {
  let story = unit(dimension);
  for (let number = 0; number < count; number++) {
    if (number % PER_FRANCHISE === 0) story = unit(dimension);
    const poster = near(story, NEAR.poster);
    const anilistId = first + number;
    yield {
      anime: { anilistId, malId: null, title: { romaji: `Synthetic ${anilistId}`, english: null, native: null } },
      franchiseId: anilistId - (number % PER_FRANCHISE),
      image: null,
      sha256: anilistId.toString(16).padStart(64, "0"),
      source: "starter",
      addedBy: null,
      modelId,
      embeddings: Array.from({ length: VIEWS }, (_, i) => ({ view: `view ${i}`, embedding: near(poster, NEAR.view) })),
    };
  }
}

export function unit(dimension) {
  return normalised(Float32Array.from({ length: dimension }, noise));
}

/** A unit vector so near to `centre` that two of them have this cosine. */
function near(centre, cosine) {
  const [own, other] = [Math.sqrt(cosine), Math.sqrt(1 - cosine)];
  const away = unit(centre.length);
  return normalised(centre.map((value, i) => own * value + other * away[i]));
}

/** Nearly normal: three uniform numbers. */
const noise = () => Math.random() + Math.random() + Math.random() - 1.5;

function normalised(vector) {
  let square = 0;
  for (const value of vector) square += value * value;
  const norm = Math.sqrt(square);
  return vector.map((value) => value / norm);
}
