"""Runs a checkpoint that shiftline converted in Python's onnxruntime, and compares its embeddings with open_clip's or transformers' in PyTorch.

python compare.py WEIGHTS CONVERTED [--write FILE]
WEIGHTS is the folder that was converted: with open_clip_config.json, or what save_pretrained wrote. FILE gets the inputs and PyTorch's
embeddings as JSON, for transformers-js.mjs.
"""
import argparse
import json
from pathlib import Path

if __name__ == "__main__":  # before the imports, which take seconds
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path, help="the folder with the original weights")
    parser.add_argument("converted", type=Path, help="the folder that convert wrote")
    parser.add_argument("--write", type=Path, help="write inputs and expected embeddings as JSON")
    arguments = parser.parse_args()

import numpy as np
import onnxruntime
import torch

TEXTS = ["a photo of a cat", "Two dogs in the park, with a red ball!"]


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def open_clip_embeddings(folder, pixels_of):
    import open_clip

    name = f"local-dir:{folder.resolve()}"
    model = open_clip.create_model(name).float().eval()
    ids = open_clip.get_tokenizer(name)(TEXTS)
    pixels = pixels_of(*open_clip.transform.PreprocessCfg(**open_clip.get_model_preprocess_cfg(model)).input_size[1:])
    return pixels, ids, model.encode_image(pixels), model.encode_text(ids)


def transformers_embeddings(folder, pixels_of):
    from transformers import AutoModel, AutoTokenizer

    model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    padding = "max_length" if model.config.model_type == "siglip" else True
    tokens = AutoTokenizer.from_pretrained(folder)(TEXTS, padding=padding, truncation=True, return_tensors="pt")
    size = model.config.vision_config.image_size
    pixels, ids = pixels_of(size, size), tokens["input_ids"]
    masks = {} if padding == "max_length" else {"attention_mask": tokens["attention_mask"]}
    return pixels, ids, model.get_image_features(pixel_values=pixels).pooler_output, model.get_text_features(input_ids=ids, **masks).pooler_output


if __name__ == "__main__":
    of_open_clip = (arguments.weights / "open_clip_config.json").exists()
    embeddings = open_clip_embeddings if of_open_clip else transformers_embeddings
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        pixels, ids, *expected = embeddings(arguments.weights, lambda h, w: torch.randn(2, 3, h, w, generator=generator))
    expected = [rows.numpy() for rows in expected]
    graphs = [("visual.onnx", "textual.onnx"), ("onnx/vision_model.onnx", "onnx/text_model.onnx")]
    pair = next(names for names in graphs if (arguments.converted / names[0]).exists())
    for file, values, rows in zip(pair, (pixels.numpy(), ids.numpy().astype(np.int64)), expected):
        session = onnxruntime.InferenceSession(arguments.converted / file, providers=["CPUExecutionProvider"])
        (found,) = session.run(None, {session.get_inputs()[0].name: values})
        print(f"{file}: {session.get_outputs()[0].name} {found.shape}, unit vectors differ by up to {np.abs(unit(found) - unit(rows)).max():.1e}")
    if arguments.write:
        tensor = lambda values: {"dims": list(values.shape), "data": values.ravel().tolist()}
        names = dict(zip(("pixels", "ids", "image", "text"), map(tensor, (pixels.numpy(), ids.numpy(), *expected))))
        arguments.write.write_text(json.dumps({"texts": TEXTS, **names}))
