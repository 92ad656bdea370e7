import { join } from "node:path";
import { Command } from "commander";
import type { DemoWire } from "./demo/gallery.ts";
import { showOwnArtwork } from "./demo/own-artwork.ts";
import { showOwnImage } from "./demo/own-image.ts";
import type { VerbContext } from "./verb.ts";

/** `opfind demo`: everything opfind does, with artwork of its own; with an image, the main job on that image. */
export function demoVerb(context: VerbContext, wire: DemoWire): Command {
  return new Command("demo")
    .description("Shows what opfind does, with posters of its own; with an image, names that and lists its songs.")
    .argument("[image]", "a poster of yours")
    .option("--sheet <file>", "where the contact sheet goes", join(context.config.dataDir, "reports", "demo.png"))
    .action(async (image: string | undefined, { sheet }: { sheet: string }) => {
      if (image === undefined) await showOwnArtwork(context, wire, sheet);
      else await showOwnImage(context, wire, image);
    });
}
