import {
  type APIButtonComponentWithCustomId,
  type APIComponentInMessageActionRow,
  type APISelectMenuOption,
  ButtonStyle,
  ComponentType,
} from "discord.js";
import type { Action } from "./action.ts";
import { LIMITS } from "./limits.ts";
import { cut } from "./markdown.ts";
import type { ComponentRow } from "./message.ts";
import type { Reader } from "./reader.ts";
import type { WordKey } from "./words.ts";

export type ButtonLook = "primary" | "secondary" | "success" | "danger";

const STYLES: Readonly<Record<ButtonLook, APIButtonComponentWithCustomId["style"]>> = {
  primary: ButtonStyle.Primary,
  secondary: ButtonStyle.Secondary,
  success: ButtonStyle.Success,
  danger: ButtonStyle.Danger,
};

export interface ButtonWords {
  readonly action: Action;
  readonly label: string;
  readonly look?: ButtonLook;
  readonly isDisabled?: boolean;
}

export function labelled({ action, label, look, isDisabled }: ButtonWords, reader: Reader): ComponentButton {
  return {
    type: ComponentType.Button,
    style: STYLES[look ?? "secondary"],
    custom_id: reader.customId(action),
    label: cut(label, LIMITS.label),
    ...(isDisabled ? { disabled: true } : {}),
  };
}

export type ComponentButton = APIButtonComponentWithCustomId;

/** A button that has its words in the locale files. */
export function button(action: Action, key: WordKey & `button.${string}`, reader: Reader, look?: ButtonLook) {
  return labelled({ action, label: reader.say.plain(key), ...(look ? { look } : {}) }, reader);
}

/** As many rows as the components need, five buttons in each. */
export function rows(buttons: readonly ComponentButton[]): readonly ComponentRow[] {
  const count = Math.ceil(buttons.length / LIMITS.buttonsInRow);
  return Array.from({ length: count }, (_, at) =>
    row(buttons.slice(at * LIMITS.buttonsInRow, (at + 1) * LIMITS.buttonsInRow)),
  );
}

export interface MenuOption {
  readonly label: string;
  readonly value: string;
  readonly description?: string;
  readonly isChosen?: boolean;
}

/** A menu of at most 25 options; with more, those around the chosen one. */
export function menu(
  action: Action,
  { placeholder, options }: { readonly placeholder: string; readonly options: readonly MenuOption[] },
  reader: Reader,
): ComponentRow {
  return row([
    {
      type: ComponentType.StringSelect,
      custom_id: reader.customId(action),
      placeholder: cut(placeholder, LIMITS.placeholder),
      options: around(options).map(toOption),
    },
  ]);
}

function around(options: readonly MenuOption[]): readonly MenuOption[] {
  const chosen = options.findIndex(({ isChosen }) => isChosen);
  const from = Math.min(chosen - Math.floor(LIMITS.selectOptions / 2), options.length - LIMITS.selectOptions);
  return options.slice(Math.max(0, from), Math.max(0, from) + LIMITS.selectOptions);
}

function toOption({ label, value, description, isChosen }: MenuOption): APISelectMenuOption {
  return {
    label: cut(label, LIMITS.optionLabel),
    value,
    ...(description ? { description: cut(description, LIMITS.optionDescription) } : {}),
    ...(isChosen ? { default: true } : {}),
  };
}

function row(components: readonly APIComponentInMessageActionRow[]): ComponentRow {
  return { type: ComponentType.ActionRow, components: [...components] };
}
