import type { IForbiddenRuleType } from "dependency-cruiser";

/** Files at the top of src/ that are no room: each may be imported by the rooms that name it. */
const ERRORS = "errors\\.ts";
const LOG = "log\\.ts";
const ENTRY_POINT = "entry-point\\.ts";
const CONFIG = "config\\.ts";
const WIRE = "wire(-sources|-resident|-backend|-bot)?\\.ts";
const PORTS = "pipeline/(ports|reindexing|confirming|pending)\\.ts";

/** Room → what it may import besides itself (patterns below src/). The map of src/README.md, as rules. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  pipeline: ["domain/", ERRORS, LOG, ENTRY_POINT],
  index: ["domain/", PORTS, ERRORS, LOG, ENTRY_POINT],
  sources: ["domain/", PORTS, ERRORS, LOG],
  models: ["domain/", PORTS, ERRORS, LOG],
  presenters: ["domain/", "pipeline/", "evaluate/", ERRORS],
  evaluate: ["domain/", "pipeline/", "index/", "models/", ERRORS, LOG],
  commands: ["domain/", "pipeline/", "presenters/", ERRORS],
  discord: ["domain/", "pipeline/", "presenters/", "commands/", ERRORS, LOG],
  cli: [
    "domain/",
    "commands/",
    "pipeline/",
    "index/",
    "sources/",
    "models/",
    "evaluate/",
    "presenters/",
    ERRORS,
    LOG,
    CONFIG,
    WIRE,
    ENTRY_POINT,
  ],
};

/** Vendor package → the rooms that know it. A package that changes hands changes one folder. */
const KNOWN_TO: Readonly<Record<string, readonly string[]>> = {
  "@urql/core": ["sources/"],
  "better-sqlite3": ["index/", "sources/", "cli/doctor/", "models/process-lock\\.ts"],
  "cli-progress": ["cli/output\\.ts"],
  cockatiel: ["sources/"],
  commander: ["cli/"],
  "discord\\.js": ["discord/", "commands/", "presenters/", "cli/deploy-commands\\.ts"],
  dotenv: [CONFIG],
  "faiss-node": ["index/"],
  i18next: ["presenters/discord/words\\.ts"],
  "ipaddr\\.js": ["sources/"],
  keyv: ["sources/"],
  "onnxruntime-node": ["pipeline/", "cli/doctor/"],
  "p-queue": ["pipeline/work-queue\\.ts"],
  pino: [LOG],
  "prom-client": ["metrics\\.ts"],
  "rate-limiter-flexible": ["discord/", "http/", "sources/turn\\.ts"],
  undici: ["sources/"],
  sharp: ["pipeline/", "evaluate/", "presenters/", "cli/"],
};

const roomRules = Object.entries(MAY_IMPORT).map(([room, allowed]) => ({
  name: `${room} keeps to its layer`,
  severity: "error" as const,
  from: { path: `^src/${room}/` },
  to: { path: "^src/", pathNot: `^src/(${[`${room}/`, ...allowed].join("|")})` },
}));

const vendorRules = Object.entries(KNOWN_TO).map(([vendor, rooms]) => ({
  name: `${vendor} is known to one place`,
  severity: "error" as const,
  from: { path: "^src/", pathNot: `^src/(${rooms.join("|")})` },
  to: { path: `(^|/)node_modules/${vendor}/` },
}));

/** Every layer rule, for the dependency-cruiser API. */
export const LAYER_RULES: IForbiddenRuleType[] = [
  ...roomRules,
  ...vendorRules,
  {
    name: "domain is plain data",
    severity: "error",
    from: { path: "^src/domain/" },
    to: { pathNot: "^src/domain/" },
  },
  {
    name: "only the shell knows the composition root",
    severity: "error",
    from: { path: "^src/", pathNot: "^src/(cli/|main\\.ts|wire(-resident|-backend|-bot)?\\.ts)" },
    to: { path: "^src/(wire|wire-sources|wire-resident|wire-backend|wire-bot|main)\\.ts" },
  },
  {
    name: "only config reads settings",
    severity: "error",
    from: { path: "^src/", pathNot: "^src/(cli/|main\\.ts|wire(-sources|-resident)?\\.ts)" },
    to: { path: "^src/config\\.ts" },
  },
  { name: "nothing runs in circles", severity: "error", from: {}, to: { circular: true } },
];
