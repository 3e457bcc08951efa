"""The rate of a 4096³ matrix product in PyTorch and in onnxruntime: the faster of the two is an approximate upper bound of inference on these cores. Prints JSON, GFLOP/s of each repetition.

python gemm.py [REPETITIONS]
"""
import json
import os
import sys
import time

import numpy as np
import onnx
import onnxruntime
import torch

SIZE = 4096
repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 5


def rates(product):
    product()  # warm
    result = []
    for _ in range(repetitions):
        begun = time.perf_counter()
        product()
        result.append(2 * SIZE**3 / (time.perf_counter() - begun) / 1e9)
    return result


def torch_rates(dtype):
    a, b = (torch.randn(SIZE, SIZE, dtype=dtype) for _ in range(2))
    return rates(lambda: a @ b)


def onnxruntime_rates():
    a, b = np.random.default_rng(0).standard_normal((2, SIZE, SIZE), dtype=np.float32)
    tensor = lambda name: onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [SIZE, SIZE])
    nodes = [onnx.helper.make_node("MatMul", ["a", "b"], ["c"])]
    graph = onnx.helper.make_graph(nodes, "product", [tensor("a")], [tensor("c")], [onnx.numpy_helper.from_array(b, "b")])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return rates(lambda: session.run(None, {"a": a}))


result = {
    "float32": torch_rates(torch.float32),
    "bf16": torch_rates(torch.bfloat16),
    "onnxruntime": onnxruntime_rates(),
    "threads": torch.get_num_threads(),
}
print(json.dumps(result))
