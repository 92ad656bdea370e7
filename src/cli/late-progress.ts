import type { Output, Progress } from "./verb.ts";

/** A progress whose total becomes known with the first item only. */
export function lateProgress(output: Output, label: string) {
  let shown: Progress | undefined;
  return {
    onProgress(done: number, total: number, note: string): void {
      shown ??= output.progress(label, total);
      shown.update(done, note);
    },
    stop: () => shown?.stop(),
  };
}
