import type { IForbiddenRuleType } from "dependency-cruiser";

/** Files at the top of src/ that are no room: each may be imported by the rooms that name it. */
const ERRORS = "errors\\.ts";
const LOG = "log\\.ts";
const ABORT = "abort\\.ts";
const SHARED_REQUEST = "shared-request\\.ts";
const WRITE_AHEAD_LOG = "write-ahead-log\\.ts";
const METRICS = "metrics\\.ts";
const ENTRY_POINT = "entry-point\\.ts";
const CONFIG = "config\\.ts";
const WIRE = "wire[a-z-]*\\.ts";
const PORTS = "pipeline/(ports|reindexing|confirming|pending)\\.ts";

/** Room → what it may import besides itself (patterns below src/). The map of src/README.md, as rules. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  settings: [],
  pipeline: ["domain/", ERRORS, LOG, ENTRY_POINT, SHARED_REQUEST, ABORT],
  index: ["domain/", PORTS, ERRORS, LOG, ENTRY_POINT, WRITE_AHEAD_LOG],
  sources: ["domain/", PORTS, ERRORS, LOG, SHARED_REQUEST, ABORT, WRITE_AHEAD_LOG],
  models: ["domain/", PORTS, ERRORS, LOG],
  presenters: ["domain/", "pipeline/", "evaluate/", ERRORS],
  evaluate: ["domain/", "pipeline/", "index/", "models/", ERRORS, LOG],
  commands: ["domain/", "pipeline/", "presenters/", ERRORS],
  discord: ["domain/", "pipeline/", "presenters/", "commands/", ERRORS, LOG, ABORT],
  http: ["domain/", "pipeline/", "presenters/", ERRORS, LOG, METRICS],
  cli: [
    "domain/",
    "commands/",
    "pipeline/",
    "index/",
    "sources/",
    "models/",
    "evaluate/",
    "presenters/",
    "http/",
    ERRORS,
    LOG,
    CONFIG,
    WIRE,
    ENTRY_POINT,
    ABORT,
  ],
};

/** Vendor package → the rooms that know it. A package that changes hands changes one folder. */
const KNOWN_TO: Readonly<Record<string, readonly string[]>> = {
  "@qdrant/js-client-rest": ["index/qdrant/"],
  "@fastify/[a-z-]+": ["http/"],
  "@redis/client": ["http/", "sources/"],
  "@techstark/opencv-js": ["pipeline/opencv\\.ts"],
  "@urql/core": ["sources/"],
  "better-sqlite3": ["index/", "sources/", "cli/doctor/", "models/process-lock\\.ts", WRITE_AHEAD_LOG],
  "cli-progress": ["cli/output\\.ts"],
  cockatiel: ["sources/", "index/qdrant/"],
  commander: ["cli/"],
  "discord\\.js": ["discord/", "commands/", "presenters/", "cli/deploy-commands\\.ts"],
  dotenv: [CONFIG],
  "faiss-node": ["index/"],
  fastify: ["http/"],
  "fastify-type-provider-zod": ["http/"],
  i18next: ["presenters/discord/words\\.ts"],
  "ipaddr\\.js": ["sources/", "http/"],
  keyv: ["sources/"],
  "lru-cache": ["pipeline/"],
  "onnxruntime-node": ["pipeline/", "cli/doctor/"],
  "p-queue": ["pipeline/work-queue\\.ts"],
  pino: [LOG],
  "prom-client": ["metrics\\.ts"],
  "rate-limiter-flexible": ["discord/", "http/", "sources/turn\\.ts", "sources/shared-turns\\.ts"],
  undici: ["sources/"],
  usearch: ["index/", "cli/doctor/"],
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
    from: { path: "^src/", pathNot: "^src/(cli/|main\\.ts|wire[a-z-]*\\.ts)" },
    to: { path: "^src/(wire[a-z-]*|main)\\.ts" },
  },
  {
    name: "only config reads settings",
    severity: "error",
    from: { path: "^src/", pathNot: "^src/(cli/|main\\.ts|wire[a-z-]*\\.ts)" },
    to: { path: "^src/config\\.ts" },
  },
  { name: "nothing runs in circles", severity: "error", from: {}, to: { circular: true } },
];
