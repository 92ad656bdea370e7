import type { VerbEntry } from "./run-program.ts";

const wire = async () => ({
  ...(await import("../wire-sources.ts")),
  ...(await import("../wire-shelf.ts")),
  ...(await import("../wire.ts")),
});
const withQdrant = async () => ({ ...(await wire()), ...(await import("../wire-qdrant.ts")) });

/** Every verb, in the order of the help. */
export const VERBS: Readonly<Record<string, VerbEntry>> = {
  identify: {
    summary: "name the anime of pictures and list its songs",
    load: async (context) => (await import("./identify.ts")).identifyVerb(context, await wire()),
  },
  tierlist: {
    summary: "name every picture of a tier list or collage",
    load: async (context) => (await import("./tierlist.ts")).tierlistVerb(context, await wire()),
  },
  songs: {
    summary: "list every opening and ending of a whole franchise",
    load: async (context) => (await import("./songs.ts")).songsVerb(context, await wire()),
  },
  posters: {
    summary: "import, add, list, remove and export the posters of the gallery",
    load: async (context) => (await import("./posters.ts")).postersVerb(context, await wire()),
  },
  index: {
    summary: "build and check the index of the gallery",
    load: async (context) => (await import("./index-verb.ts")).indexVerb(context, await withQdrant()),
  },
  migrate: {
    summary: "carry the gallery to Qdrant, or from there to this machine",
    load: async (context) => (await import("./migrate.ts")).migrateVerb(context, await withQdrant()),
  },
  backup: {
    summary: "back the posters up, so that any moment can be brought back",
    load: async (context) => (await import("./backup.ts")).backupVerb(context, await wire()),
  },
  restore: {
    summary: "bring the posters of a backed up moment back",
    load: async (context) => (await import("./restore.ts")).restoreVerb(context, await wire()),
  },
  models: {
    summary: "list, download and check the networks",
    load: async (context) => (await import("./models.ts")).modelsVerb(context),
  },
  evaluate: {
    summary: "measure recognition on folders of labelled posters",
    load: async (context) => (await import("./evaluate.ts")).evaluateVerb(context, await wire()),
  },
  bot: {
    summary: "run the Discord bot",
    load: async (context) => (await import("./bot.ts")).botVerb(context, await import("../wire-bot.ts")),
  },
  "deploy-commands": {
    summary: "tell Discord the bot's commands, and how to invite it",
    load: async (context) => {
      const { deployCommandsVerb } = await import("./deploy-commands.ts");
      return deployCommandsVerb(context, await wire());
    },
  },
  serve: {
    summary: "answer the same questions over HTTP",
    load: async (context) => (await import("./serve.ts")).serveVerb(context, await import("../wire-http.ts")),
  },
  keys: {
    summary: "create, list and revoke keys of the HTTP service",
    load: async (context) => (await import("./keys.ts")).keysVerb(context, await wire()),
  },
  doctor: {
    summary: "look at every part of opfind and say what to do where one does not work",
    load: async (context) => (await import("./doctor.ts")).doctorVerb(context),
  },
  demo: {
    summary: "show all of this with posters of opfind's own",
    load: async (context) => (await import("./demo.ts")).demoVerb(context, await wire()),
  },
};
