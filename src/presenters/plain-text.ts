/** Controls (the terminal's escape among them), line separators, and marks that turn or hide the text behind them. */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\u2060-\u2064\ufeff\ufff9-\ufffb]+/gu;

/** Text of a service or a file for one line of a terminal or a chat: nothing in it moves the cursor or the direction. */
export function plainText(text: string): string {
  return text.replace(UNSAFE, " ").replace(/ {2,}/g, " ").trim();
}

/** Like `plainText` for names that must stay findable, such as those of files: blanks stay as they are. */
export function visibleName(name: string): string {
  return name.replace(UNSAFE, "\ufffd");
}
