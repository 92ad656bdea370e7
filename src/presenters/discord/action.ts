/** The files in which a tier list can be taken along. */
export type ExportFormat = "json" | "csv" | "m3u8" | "text";

/**
 * Everything that a button, menu or form of ours can ask for. Menus ("jump", "image", "title", "review", "undo") send the number or id of
 * the chosen option; the numbered actions carry theirs in the name.
 */
export type Action =
  /** "Yes, that's it": the answer shown is right */
  | "confirm"
  /** "Wrong?": show what else it could be */
  | "wrong"
  /** candidate n (from 0) is right */
  | `pick:${number}`
  | "none"
  /** open the form for a title */
  | "search"
  /** a title was chosen in the menu of search results; its value is the AniList id */
  | "title"
  | "songs"
  | "playlist"
  | "share"
  /** read the picture as a tier list */
  | "tierlist"
  /** ask once more for the songs that a tier list lacks */
  | "more"
  /** page n (from 0) of the songs; -1 stands on the button that leads nowhere */
  | `page:${number}`
  | "jump"
  /** picture n (from 0) of several, -1 for all of them, chosen in a menu */
  | "image"
  | `export:${ExportFormat}`
  | "cancel"
  /** look at a confirmation that awaits a moderator, chosen in a menu by its number */
  | "review"
  | "approve"
  | "reject"
  /** take the chosen confirmation back */
  | "undo";
