import { execFileSync } from "node:child_process";

/** Builds dist/ before the suite: worker threads, child processes and the black-box tests run the built files. */
export function setup(): void {
  execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
    stdio: "inherit",
  });
}
