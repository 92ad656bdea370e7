import ort from "onnxruntime-node";
import sharp from "sharp";

/** The same network without opfind: sharp and ONNX Runtime called directly, on this thread, with as many threads. */
export async function openBare({ network, input, output, threads }) {
  const session = await ort.InferenceSession.create(network, { intraOpNumThreads: threads, interOpNumThreads: 1 });
  const area = input.width * input.height;

  const run = async (values, count) => {
    const tensor = new ort.Tensor("float32", values, [count, 3, input.height, input.width]);
    return (await session.run({ [input.name]: tensor }))[output].data;
  };
  return {
    input,
    /** Decodes every pixel of an image file, then scales to the network's size. @returns `[height, width, 3]` */
    decode: (bytes) =>
      sharp(bytes)
        .removeAlpha()
        .resize(input.width, input.height, { fit: "fill", kernel: "cubic", fastShrinkOnLoad: false })
        .raw()
        .toBuffer(),
    /** Runs pictures that are decoded to the network's size. @returns `[count · dimension]` */
    async embed(pictures) {
      const values = new Float32Array(pictures.length * 3 * area);
      for (const [at, pixels] of pictures.entries()) planes(values, at * 3 * area, pixels, { area, input });
      return await run(values, pictures.length);
    },
    close: () => session.release(),
  };
}

function planes(values, start, pixels, { area, input }) {
  for (let channel = 0; channel < 3; channel++) {
    const [mean, std] = [input.mean[channel], input.std[channel]];
    for (let i = 0; i < area; i++) values[start + channel * area + i] = (pixels[i * 3 + channel] / 255 - mean) / std;
  }
}
