"""Exports the trained weights into ../checkpoints, one folder each: visual.onnx, textual.onnx, open_clip_config.json, tokenizer.json.

python export.py WORK [NAME…]     needs WORK/weights (train.py); also writes ../checkpoints.csv
Weights are stored as float16 with a Cast to float32 before each use, which onnxruntime folds as it loads: the graphs compute in float32.
"""
import csv
import os
import shutil
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
import numpy as np
import onnx
import torch
from model import MEAN, MIXTURES, STD, STUDY, build, runs
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import load_file
from torch.nn.utils.fusion import fuse_conv_bn_eval

sys.path.insert(0, str(STUDY.parent / "export"))
from open_clip_export import export  # noqa: E402

SMALLEST = 32  # values; of smaller tensors a Cast would take as much as it saves


def load(work, name):
    """The trained model in its stored form: every BatchNorm folded into the convolution before it, then all weights rounded to float16."""
    model, tokenize, model_cfg = build(work)
    model.load_state_dict(load_file(work / f"weights/{name}.safetensors"))
    model.eval()
    for module in list(model.visual.modules()):
        for conv, norm in (("conv1", "bn1"), ("conv2", "bn2"), ("conv3", "bn3"), ("0", "1")):
            if isinstance(getattr(module, norm, None), torch.nn.BatchNorm2d):
                setattr(module, conv, fuse_conv_bn_eval(getattr(module, conv), getattr(module, norm)))
                setattr(module, norm, torch.nn.Identity())
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.half().float())
    return model, tokenize, model_cfg


def store_as_float16(path):
    """Float32 initializers that float16 holds exactly become float16; the exporter's notes are dropped."""
    proto = onnx.load(path)
    graph, casts, kept = proto.graph, [], []
    del proto.metadata_props[:], graph.metadata_props[:], graph.value_info[:]
    for item in [*graph.node, *graph.input, *graph.output, *graph.initializer]:
        item.doc_string = ""
        del item.metadata_props[:]
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        with np.errstate(over="ignore"):
            halves = values.astype(np.float16) if values.dtype == np.float32 else None
        if halves is None or values.size < SMALLEST or not np.array_equal(halves.astype(np.float32), values):
            kept.append(tensor)
            continue
        kept.append(numpy_helper.from_array(halves, f"{tensor.name}.float16"))
        casts.append(helper.make_node("Cast", [f"{tensor.name}.float16"], [tensor.name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend(nodes)
    path.write_bytes(proto.SerializeToString(deterministic=True))


def write_table():
    with open(STUDY / "checkpoints.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["checkpoint", "source", "noto", "twemoji", "emojione", "samples", "seed", "repeat"])
        for run in runs():
            shares = MIXTURES[run.mixture]
            writer.writerow([run.name, run.mixture, *(f"{shares.get(source, 0):g}" for source in ("noto", "twemoji", "emojione")), run.size, run.seed, f"{run.mixture}-{run.size}"])


def main(work, names):
    torch.set_num_threads(1)
    for run in runs():
        if (names and run.name not in names) or not (work / f"weights/{run.name}.safetensors").exists():
            continue
        model, _, model_cfg = load(work, run.name)
        folder = STUDY / "checkpoints" / run.name
        shutil.rmtree(folder, ignore_errors=True)
        preprocess = {"mean": MEAN, "std": STD, "interpolation": "bicubic", "resize_mode": "shortest"}
        export(model, {"model_cfg": model_cfg, "preprocess_cfg": preprocess}, folder, (32, 32), external_data=False)
        for file in ("visual.onnx", "textual.onnx"):
            store_as_float16(folder / file)
        for file in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copy(work / "tokenizer" / file, folder / file)
        print(run.name, sum(path.stat().st_size for path in folder.iterdir()), flush=True)
    write_table()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
