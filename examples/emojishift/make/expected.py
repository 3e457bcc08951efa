"""Predictions of open_clip for the benchmarks' pictures: PyTorch weights in float32, Pillow and torchvision by open_clip's image_transform, the
classifier by build_zero_shot_classifier. No ONNX graph is looked at.

The weights are those that are shipped: export.py's `load` folds each BatchNorm into its convolution and rounds to float16. Against the weights
as trained that moves cosines by up to 1.4e-3, and top-1 on 22 of the 5,760 pictures here; no accuracy by more than one picture.

python expected.py WORK OUT NAME…     writes OUT/NAME.csv: benchmark, image, label, top1 … top5, score1 … score5; and OUT/versions.json
"""
import csv
import io
import json
import os
import platform
import sys
import tarfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
import open_clip
import PIL
import torch
import torchvision
from export import load
from model import MEAN, STD, STUDY, class_names, templates
from open_clip.transform import image_transform
from PIL import Image

BENCHMARKS = ("fluent-emoji-flat", "fluent-emoji", "emojione-monotone")


def samples(style):
    for path in sorted((STUDY / f"data/{style}/test").iterdir()):
        with tarfile.open(path) as tar:
            members = {member.name: tar.extractfile(member).read() for member in tar}
        for name in sorted(name for name in members if name.endswith(".webp")):
            yield f"test/{path.name}/{name}", members[name], int(members[name.removesuffix(".webp") + ".cls"])


def main(work, out, names):
    torch.set_num_threads(1)
    torch.backends.nnpack.set_flags(False)  # where the processor has no NNPACK, every convolution would say so
    out.mkdir(parents=True, exist_ok=True)
    transform = image_transform(32, is_train=False, mean=MEAN, std=STD, interpolation="bicubic", resize_mode="shortest")
    prompts = [lambda name, template=template: template.format(name) for template in templates()]
    for name in names:
        model, tokenize, _ = load(work, name)
        classifier = open_clip.build_zero_shot_classifier(model, tokenize, class_names(), prompts, num_classes_per_batch=20)
        with open(out / f"{name}.csv", "w", newline="") as file, torch.no_grad():
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["benchmark", "image", "label", *(f"top{k}" for k in range(1, 6)), *(f"score{k}" for k in range(1, 6))])
            for style in BENCHMARKS:
                for image, data, label in samples(style):
                    features = model.encode_image(transform(Image.open(io.BytesIO(data)))[None], normalize=True)
                    scores, best = (features @ classifier)[0].topk(5)
                    writer.writerow([f"emoji-{style}", image, label, *best.tolist(), *(f"{score:.6f}" for score in scores.tolist())])
        print(name, flush=True)
    versions = {"python": platform.python_version(), "open_clip": open_clip.__version__, "torch": torch.__version__, "torchvision": torchvision.__version__, "Pillow": PIL.__version__}
    (out / "versions.json").write_text(json.dumps(versions, indent=2) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
