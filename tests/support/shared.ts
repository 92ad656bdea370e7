import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../../shared", import.meta.url));

/** The folder of real data beside the checkout, undefined where there is none: such tests are skipped and say so. */
export const sharedDir: string | undefined = existsSync(folder) ? folder : undefined;
