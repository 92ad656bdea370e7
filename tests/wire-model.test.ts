import { expect, test } from "vitest";
import { readConfig } from "../src/config.ts";
import { modelBeside } from "../src/wire-model.ts";
import { tempDir } from "./support/temp-dir.ts";

const named = (OPFIND_MODEL_BESIDE: string, OPFIND_MODEL = "auto") =>
  modelBeside(readConfig({ OPFIND_DATA_DIR: tempDir(), OPFIND_MODEL_BESIDE, OPFIND_MODEL }));

test("there is no network beside the one in use unless one is named", async () => {
  expect(await named("")).toBeNull();
  expect(await named("off")).toBeNull();
  expect(await named("clip-vit-b32-fp32")).toMatchObject({ id: "clip-vit-b32-fp32", dimension: 512 });
});

test.each([
  ["opfind-v1", "auto", "config-invalid"],
  ["clip-vit-b32-int8", "clip-vit-b32-int8", "config-invalid"],
  ["clip-vit-b64", "auto", "model-unknown"],
])("%s beside %s is refused as %s", async (beside, first, code) => {
  await expect(named(beside, first)).rejects.toMatchObject({ code });
});
