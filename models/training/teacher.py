"""Optional teacher while training: pooled activations of an ImageNet network in ONNX. Never shipped."""

import cv2
import numpy as np
import onnx
import onnxruntime

MEAN, STD = np.array([0.485, 0.456, 0.406], np.float32), np.array([0.229, 0.224, 0.225], np.float32)


class Teacher:
    """`embed(images)`: uint8 RGB images of any size → [n, 1280] pooled activations before the classifier."""

    def __init__(self, path, threads=2):
        graph = onnx.load(str(path))
        pool = next(n for n in graph.graph.node if "GlobalAveragePool" in n.op_type)
        maps = next(n for n in graph.graph.node if n.op_type == "DequantizeLinear" and n.input[0] == pool.input[0])
        graph.graph.output.append(onnx.helper.make_tensor_value_info(maps.output[0], onnx.TensorProto.FLOAT, None))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(graph.SerializeToString(), options)
        self._output, self._input = maps.output[0], graph.graph.input[0].name

    def embed(self, images, batch=32):
        parts = []
        for start in range(0, len(images), batch):
            squashed = [cv2.resize(i, (224, 224), interpolation=cv2.INTER_AREA) for i in images[start : start + batch]]
            pixels = ((np.stack(squashed) / np.float32(255) - MEAN) / STD).transpose(0, 3, 1, 2)
            maps = self._session.run([self._output], {self._input: np.ascontiguousarray(pixels, np.float32)})[0]
            parts.append(maps.mean((2, 3)))  # [batch, 1280]
        return np.concatenate(parts)


def whiten(embeddings, dimension=256):
    """[n, 1280] → unit [n, dimension]: centred, rotated to the main axes, each axis' share evened out by half.

    Raw pooled activations all lie in one narrow cone; the student should learn what tells posters apart.
    """
    centred = embeddings - embeddings.mean(0)
    _, spread, axes = np.linalg.svd(centred, full_matrices=False)
    scores = centred @ axes[:dimension].T / np.sqrt(spread[:dimension])
    return (scores / np.linalg.norm(scores, axis=1, keepdims=True)).astype(np.float32)
