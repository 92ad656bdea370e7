import { expect, test } from "vitest";
import { deviceList } from "../../src/pipeline/devices.ts";

const bare = { hasCudaLibrary: false, hasGraphics: false };

test.each([
  ["auto", bare, ["cpu"]],
  ["auto", { ...bare, hasGraphics: true }, ["webgpu", "cpu"]],
  ["auto", { hasCudaLibrary: true, hasGraphics: true }, ["cuda", "webgpu", "cpu"]],
  ["cpu", { hasCudaLibrary: true, hasGraphics: true }, ["cpu"]],
  ["cuda", bare, ["cuda", "cpu"]],
  ["webgpu,cuda", bare, ["webgpu", "cuda", "cpu"]],
  ["cpu,cuda", bare, ["cpu", "cuda"]],
  ["coreml,auto", { ...bare, hasGraphics: true }, ["coreml", "webgpu", "cpu"]],
])("%s with %o tries %j", (wanted, signs, expected) => {
  expect(deviceList(wanted, signs)).toEqual(expected);
});

test("a name that ONNX Runtime would drop silently is refused with those that there are", () => {
  expect(() => deviceList("cuda,gpu", bare)).toThrow(
    expect.objectContaining({ code: "config-invalid", message: expect.stringMatching(/"gpu".*webgpu/) }),
  );
});
