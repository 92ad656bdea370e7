import { Command } from "commander";
import { stopped } from "../abort.ts";
import type { HttpService } from "../wire-http.ts";
import type { VerbContext } from "./verb.ts";

/** What of the composition root serve opens. */
export interface ServeWire {
  openService(context: VerbContext): Promise<HttpService>;
}

/**
 * `opfind serve`: the HTTP service, until it is told to stop; then it answers what it has begun. With `--json` its first
 * line of stdout is `{url}`, once it listens.
 */
export function serveVerb(context: VerbContext, { openService }: ServeWire): Command {
  return new Command("serve")
    .option("--json", "say where it listens as one JSON object")
    .addHelpText("after", HELP)
    .action(async ({ json }: { readonly json?: true }) => {
      const { output, log, signal } = context;
      const service = await openService(context);
      try {
        if (json) output.json({ url: service.url });
        else output.line(`opfind listens on ${service.url}; its documentation is at ${service.url}/docs`);
        log.info({ url: service.url }, "listening");
        await stopped(signal);
      } finally {
        await service.close();
      }
    });
}

const HELP = `
OPFIND_HTTP_HOST and OPFIND_HTTP_PORT say where it listens. \`opfind keys create\` makes keys; until there is one, this
machine may read without. docs/http-api.md tells the rest.`;
