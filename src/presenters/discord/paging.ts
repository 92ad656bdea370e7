import { labelled, type MenuOption, menu, rows } from "./buttons.ts";
import type { ComponentRow } from "./message.ts";
import type { Reader } from "./reader.ts";

/** Up to three pages are reached by buttons alone. */
const MENU_FROM = 4;

/** Previous and next, and a menu of all pages where there are more than three; nothing for a single page. */
export function paging(names: readonly string[], page: number, reader: Reader): readonly ComponentRow[] {
  if (names.length < 2) return [];
  const turn = rows([
    labelled(
      { action: `page:${page - 1}`, label: reader.say.plain("button.previous"), isDisabled: page === 0 },
      reader,
    ),
    labelled(
      { action: `page:${page + 1}`, label: reader.say.plain("button.next"), isDisabled: page === names.length - 1 },
      reader,
    ),
  ]);
  if (names.length < MENU_FROM) return turn;
  const options = names.map((label, at): MenuOption => ({ label, value: String(at), isChosen: at === page }));
  return [menu("jump", { placeholder: reader.say.plain("menu.page"), options }, reader), ...turn];
}

/** The nearest page there is: a stored number may come from a longer list. */
export function withinPages(page: number, pages: number): number {
  return Math.max(0, Math.min(page, pages - 1));
}
