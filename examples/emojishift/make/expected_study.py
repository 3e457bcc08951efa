"""Predictions of open_clip for the full study's pictures: PyTorch weights as they were saved, float32, Pillow and torchvision by open_clip's
image_transform, the classifier by build_zero_shot_classifier.

python expected_study.py WORK OUT NAME…     writes OUT/top1.npy, uint8 (names, pictures), the benchmarks one after the other in study.json's order and
                                            each one's pictures by their numbers, and OUT/about.json: names, and pictures of each benchmark
"""
import io
import json
import os
import platform
import sys
import tarfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
import numpy as np
import open_clip
import PIL
import torch
import torchvision
from model import MEAN, STD, STUDY, class_names, templates
from open_clip.tokenizer import HFTokenizer
from open_clip.transform import image_transform
from PIL import Image
from safetensors.torch import load_file

BATCH = 160


def pictures(work, style, transform):
    found = []
    for path in sorted((work / f"data/{style}/test").iterdir()):
        with tarfile.open(path) as tar:
            found += [(member.name, tar.extractfile(member).read()) for member in tar if member.name.endswith(".webp")]
    return torch.stack([transform(Image.open(io.BytesIO(data))) for _, data in sorted(found)])


def main(work, out, names):
    torch.set_num_threads(1)
    torch.backends.nnpack.set_flags(False)  # where the processor has no NNPACK, every convolution would say so
    out.mkdir(parents=True, exist_ok=True)
    transform = image_transform(32, is_train=False, mean=MEAN, std=STD, interpolation="bicubic", resize_mode="shortest")
    styles = [Path(path).stem.removeprefix("emoji-") for path in json.loads((STUDY / "study/study.json").read_text())["benchmarks"]]
    inputs = {style: pictures(work, style, transform) for style in styles}
    prompts = [lambda name, template=template: template.format(name) for template in templates()]
    rows = []
    for name in names:
        folder = work / "checkpoints" / name
        model_cfg = json.loads((folder / "open_clip_config.json").read_text())["model_cfg"]
        context = model_cfg["text_cfg"]["context_length"]
        model = open_clip.CLIP(**model_cfg, output_dict=True)
        model.load_state_dict(load_file(folder / "open_clip_model.safetensors"))
        model.eval()
        with torch.no_grad():
            classifier = open_clip.build_zero_shot_classifier(model, HFTokenizer(str(folder), context_length=context), class_names(), prompts, num_classes_per_batch=20)
            rows.append(np.concatenate([(model.encode_image(batch, normalize=True) @ classifier).argmax(1).numpy().astype(np.uint8)
                                        for style in styles for batch in inputs[style].split(BATCH)]))
        print(name, flush=True)
    np.save(out / "top1.npy", np.stack(rows))
    versions = {"python": platform.python_version(), "open_clip": open_clip.__version__, "torch": torch.__version__, "torchvision": torchvision.__version__, "Pillow": PIL.__version__}
    about = {"checkpoints": names, "pictures": {f"emoji-{style}": len(inputs[style]) for style in styles}, "versions": versions}
    (out / "about.json").write_text(json.dumps(about, indent=2) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
