"""The rate of a 4096³ matrix product in PyTorch, which no inference on these cores can pass by much: prints JSON, GFLOP/s of each repetition.

python gemm.py [REPETITIONS]
"""
import json
import sys
import time

import torch

SIZE = 4096
repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 5


def rates(dtype):
    a, b = (torch.randn(SIZE, SIZE, dtype=dtype) for _ in range(2))
    a @ b  # warm
    result = []
    for _ in range(repetitions):
        begun = time.perf_counter()
        a @ b
        result.append(2 * SIZE**3 / (time.perf_counter() - begun) / 1e9)
    return result


print(json.dumps({"float32": rates(torch.float32), "bf16": rates(torch.bfloat16), "threads": torch.get_num_threads()}))
