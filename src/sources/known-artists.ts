/**
 * One artist each, although the name holds a separator. Read off the credits of the 13,092 theme strings of 2018
 * (a name that recurs while its halves never stand alone) and of later seasons; compared without regard to case.
 */
export const BAND_NAMES: readonly string[] = [
  "Kishida Kyoudan & The Akeboshi Rockets",
  "CHiCO with HoneyWorks",
  "MYTH & ROID",
  "Tackey & Tsubasa",
  "High and Mighty Color",
  "ASA-CHANG & JUNRAY",
  "SUEMITSU & THE SUEMITH",
  "SUEMITSU & SUEMITH",
  "Cheetah and the Honey Bee Choir",
  "devils and realist",
  "kanon x kanon",
  "Nana x Nana",
  "LIP x LIP",
  "SKET x Sketch",
  "Daisy x Daisy",
  "Oranges & Lemons",
  "Toss & Turn",
  "Lillies and Remains",
  "MON & STER",
  "You & Explosion Band",
  'SOIL & "PIMP" SESSIONS',
  "hide with Spread Beaver",
  "Japanese Geronimo & Love Guerilla Experience",
  "Hec and Pascal",
  "Let's Go BOYS & GIRLS",
  "MATCHY with QUESTION?",
  "AKIMA & NEOS",
  "P4 with T",
  "Fear, and Loathing in Las Vegas",
  "Hello, Happy World!",
  "Earth, Wind & Fire",
  "Simon & Garfunkel",
  "Hall & Oates",
];

/** Voice actors who go by one name; any other single word in brackets behind a name is a band, an alias or a remark. */
export const ONE_WORD_ACTORS: ReadonlySet<string> = new Set([
  "KENN",
  "Lynn",
  "Machico",
  "M.A.O",
  "M·A·O",
  "MAO",
  "Mina",
  "Pile",
  "Yukana",
  "AiRI",
]);
