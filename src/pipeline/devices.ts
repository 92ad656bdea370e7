import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { OpfindError } from "../errors.ts";

/** Execution providers that onnxruntime-node 1.30 can have on some platform; it drops other names silently. */
const DEVICES = ["cpu", "cuda", "tensorrt", "webgpu", "coreml", "dml"] as const;
type Device = (typeof DEVICES)[number];

/**
 * Turns `OPFIND_DEVICE` into a list to try in turn, always ending in "cpu". "auto" stands for every device that this
 * machine shows signs of: an attempt without them costs 130 ms and writes the driver loader's warnings to stderr.
 * @throws OpfindError config-invalid for a name that ONNX Runtime does not know
 */
export function deviceList(wanted: string, signs: DeviceSigns = deviceSigns()): readonly Device[] {
  const named = wanted
    .split(",")
    .flatMap((name): readonly Device[] => (name === "auto" ? present(signs) : [known(name)]));
  return [...new Set<Device>([...named, "cpu"])];
}

/** What can be seen without loading a driver. */
export interface DeviceSigns {
  /** the CUDA provider's library, which a person installs on purpose */
  readonly hasCudaLibrary: boolean;
  /** a graphics device that WebGPU (bundled) can probably reach */
  readonly hasGraphics: boolean;
}

function present({ hasCudaLibrary, hasGraphics }: DeviceSigns): readonly Device[] {
  return [...(hasCudaLibrary ? (["cuda"] as const) : []), ...(hasGraphics ? (["webgpu"] as const) : []), "cpu"];
}

function known(name: string): Device {
  const device = DEVICES.find((candidate) => candidate === name);
  if (device) return device;
  const message = `OPFIND_DEVICE names "${name}", which is no device. The devices are: auto, ${DEVICES.join(", ")}.`;
  throw new OpfindError("config-invalid", message);
}

function deviceSigns(): DeviceSigns {
  const packageFile = createRequire(import.meta.url).resolve("onnxruntime-node/package.json");
  const binaries = join(dirname(packageFile), "bin", "napi-v6", process.platform, process.arch);
  const hasCudaLibrary = existsSync(join(binaries, "libonnxruntime_providers_cuda.so"));
  // macOS and Windows always have a graphics stack; Linux shows a render node for every driver that Vulkan can use.
  const hasGraphics = process.platform !== "linux" || hasRenderNode();
  return { hasCudaLibrary, hasGraphics };
}

function hasRenderNode(): boolean {
  return existsSync("/dev/dri") && readdirSync("/dev/dri").some((name) => name.startsWith("renderD"));
}
