import type { ErrorCode } from "../../errors.ts";
import { confidenceBar } from "../identification.ts";
import { button, rows } from "./buttons.ts";
import { COLOURS } from "./confidence-text.ts";
import { failureText } from "./failure-text.ts";
import { joined, type Markdown, NOTHING, ours } from "./markdown.ts";
import { type DiscordMessage, message } from "./message.ts";
import type { Reader } from "./reader.ts";
import type { Say } from "./words.ts";

/** How far a rebuild of the index is. */
export type ReindexState =
  | { readonly kind: "counting" }
  | {
      readonly kind: "running";
      readonly done: number;
      readonly total: number;
      /** posters a second; null while it is not known */
      readonly rate: number | null;
    }
  | { readonly kind: "done"; readonly posters: number }
  | { readonly kind: "cancelled" }
  | { readonly kind: "failed"; readonly code: ErrorCode };

/** The message that is edited while the index is rebuilt. */
export function presentReindex(state: ReindexState, reader: Reader): DiscordMessage {
  const { say } = reader;
  const isGoingOn = state.kind === "counting" || state.kind === "running";
  return message({
    embeds: [{ color: colourOf(state), title: say.plain("reindex.title"), description: lines(state, say).markdown }],
    components: isGoingOn ? rows([button("cancel", "button.cancel", reader, "danger")]) : [],
  });
}

function lines(state: ReindexState, say: Say): Markdown {
  switch (state.kind) {
    case "counting":
      return joined([say.markdown("reindex.counting"), say.markdown("reindex.note")], "\n");
    case "running":
      return joined([...progress(state, say), say.markdown("reindex.note")], "\n");
    case "done":
      return say.markdown("reindex.done", { count: state.posters });
    case "cancelled":
      return say.markdown("reindex.cancelled");
    case "failed":
      return say.markdown("reindex.failed", { sentence: failureText(state.code, say) });
  }
}

function progress({ done, total, rate }: Extract<ReindexState, { kind: "running" }>, say: Say): readonly Markdown[] {
  const number = new Intl.NumberFormat(say.locale, { maximumFractionDigits: 1 });
  const facts = [
    say.markdown("reindex.progress", { done: number.format(done), total: number.format(total) }),
    rate === null ? NOTHING : say.markdown("reindex.rate", { rate: number.format(rate) }),
    rate === null || rate <= 0 ? NOTHING : say.markdown("reindex.left", { time: duration((total - done) / rate, say) }),
  ];
  return [ours(`\`${confidenceBar(total === 0 ? 0 : done / total)}\``), joined(facts, " · ")];
}

/** In the largest unit that says enough: nobody needs the seconds of two hours. */
function duration(seconds: number, say: Say): string {
  const rounded = Math.max(1, Math.ceil(seconds));
  if (rounded < 90) return say.plain("reindex.seconds", { count: rounded });
  const minutes = Math.round(rounded / 60);
  if (minutes < 90) return say.plain("reindex.minutes", { count: minutes });
  return say.plain("reindex.hours", { count: Math.round(minutes / 60) });
}

function colourOf({ kind }: ReindexState): number {
  switch (kind) {
    case "counting":
    case "running":
      return COLOURS.unsure;
    case "done":
      return COLOURS.sure;
    case "cancelled":
      return COLOURS.unknown;
    case "failed":
      return COLOURS.failed;
  }
}
