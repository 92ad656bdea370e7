import type { SongPhrases } from "../song-line.ts";
import type { Say } from "./words.ts";

/** The words around a song in the reader's language. */
export function songPhrases(say: Say): SongPhrases {
  return {
    titleUnknown: say.plain("song.title-unknown"),
    artistUnknown: say.plain("song.artist-unknown"),
    spoiler: say.plain("song.spoiler"),
    nsfw: say.plain("song.nsfw"),
    sungAs: (artist, character) => say.plain("song.sung-as", { artist, character }),
    episodes: (episodes, isOne) => say.plain(isOne ? "song.episode" : "song.episodes", { episodes }),
    sources: {
      animethemes: say.plain("source.animethemes"),
      tenrai: say.plain("source.tenrai"),
      myanimelist: say.plain("source.myanimelist"),
      snapshot: say.plain("source.snapshot"),
    },
  };
}
