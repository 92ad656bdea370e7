import { Locale, type LocalizationMap } from "discord.js";
import { createInstance } from "i18next";
import en from "./locales/en.json" with { type: "json" };
import ja from "./locales/ja.json" with { type: "json" };
import { escaped, type Markdown } from "./markdown.ts";

/** Every language there is, under its Discord code or the first part of it. A translation is a file and a line here. */
const LANGUAGES = { en, ja } as const;

/** "failure.image-empty": the place of a sentence in the locale files, without the ending of its plural. */
export type WordKey = Path<typeof en>;

type Path<Node> = {
  [Name in keyof Node & string]: Node[Name] extends string ? Singular<Name> : `${Name}.${Path<Node[Name]>}`;
}[keyof Node & string];

type Singular<Name extends string> = Name extends `${infer Stem}_${"one" | "other"}` ? Stem : Name;

/** Plain strings come from outside and are escaped in `markdown`; `Markdown` stands as it is. `count` picks the plural. */
type WordValues = Readonly<Record<string, string | number | Markdown>>;

/** The sentences of one language. */
export interface Say {
  /** BCP 47, for `Intl` */
  readonly locale: string;
  /** For where Discord renders no markup. @throws RangeError when a value is not given */
  plain(key: WordKey, values?: Readonly<Record<string, string | number>>): string;
  /** For contents and embeds. @throws like `plain` */
  markdown(key: WordKey, values?: WordValues): Markdown;
}

/** A sentence as Discord's command definitions want it. */
interface Localised {
  readonly text: string;
  readonly localizations: LocalizationMap;
}

export interface Words {
  /** The sentences for a locale of Discord ("ja", "en-GB" …); English where there is no translation. */
  in(locale: string): Say;
  /** One sentence in English with its translations: `name` and `name_localizations` of a command. */
  everywhere(key: WordKey): Localised;
}

/** Opens the locale files. One per process, handed on as an argument. */
export function openWords(): Words {
  const instance = createInstance();
  void instance.init({
    // Without it the files would be there only in the next turn of the event loop.
    initAsync: false,
    fallbackLng: "en",
    resources: Object.fromEntries(Object.entries(LANGUAGES).map(([name, translation]) => [name, { translation }])),
    interpolation: { escapeValue: false },
    missingInterpolationHandler: (text: string) => {
      throw new RangeError(`A value is missing in "${text}"`);
    },
  });
  const says = new Map(Object.keys(LANGUAGES).map((name) => [name, sayIn(name, instance.getFixedT(name))]));
  const english = sayIn("en", instance.getFixedT("en"));
  says.set("en", english);
  const sayOf = (locale: string) => says.get(locale) ?? says.get(locale.split("-")[0] ?? "") ?? english;
  return {
    in: sayOf,
    everywhere: (key) => ({
      text: english.plain(key),
      localizations: Object.fromEntries(
        Object.values(Locale)
          .filter((locale) => sayOf(locale) !== english)
          .map((locale) => [locale, sayOf(locale).plain(key)]),
      ),
    }),
  };
}

function sayIn(locale: string, translate: (key: string, values: Record<string, string | number>) => string): Say {
  return {
    locale,
    plain: (key, values = {}) => translate(key, { ...values }),
    markdown: (key, values = {}) => {
      const texts = Object.entries(values).map(([name, value]) => [name, asMarkup(value)] as const);
      return { markdown: translate(key, Object.fromEntries(texts)) };
    },
  };
}

function asMarkup(value: string | number | Markdown): string | number {
  if (typeof value === "number") return value;
  return typeof value === "string" ? escaped(value).markdown : value.markdown;
}
