import type { VerbEntry } from "./run-program.ts";

/** Every verb, in the order of the help. */
export const VERBS: Readonly<Record<string, VerbEntry>> = {
  doctor: {
    summary: "look at every part of opfind and say what to do where one does not work",
    load: async (context) => (await import("./doctor.ts")).doctorVerb(context),
  },
  models: {
    summary: "list, download and check the networks",
    load: async (context) => (await import("./models.ts")).modelsVerb(context),
  },
};
