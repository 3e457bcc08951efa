"""Evaluates an open_clip checkpoint as CLIP_benchmark does: open_clip's transform, torchvision's ImageFolder, a torch DataLoader,
torch.no_grad, and with bf16 torch.autocast. The zero-shot classifier is created once and kept: its time is reported separately.

python open_clip_eval.py FOLDER IMAGES --prompts REPOSITORY/prompts --classifier FILE.pt --out predictions.csv
       [--precision float32|bf16] [--batch 64] [--workers 4] [--threads N]    (64 and 4 are CLIP_benchmark's defaults)
       [--tune]    tries every combination of the settings below on the images, and writes no predictions
FOLDER holds open_clip_config.json and weights. Prints one line of JSON: images, seconds of the loop (its DataLoader's start included),
seconds of the classifier (null where it was read), versions; with --tune `tried`, a list of settings with their seconds.
"""
import argparse
import contextlib
import csv
import itertools
import json
import time
from pathlib import Path

import open_clip
import torch
import torch.nn.functional as F
import torchvision

BATCHES = [16, 64]
WORKERS = [0, 1, 2, 4]

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=Path)
parser.add_argument("images", type=Path)
parser.add_argument("--prompts", type=Path, required=True)
parser.add_argument("--classifier", type=Path, required=True)
parser.add_argument("--out", type=Path)
parser.add_argument("--precision", choices=["float32", "bf16"], default="float32")
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--workers", type=int, default=4)
parser.add_argument("--threads", type=int, default=torch.get_num_threads())
parser.add_argument("--tune", action="store_true")
args = parser.parse_args()


def build_classifier(model, tokenizer):
    """(d, classes), as CLIP_benchmark's zero_shot_classifier; one template, so the classes are batched."""
    template = (args.prompts / "templates/single-1.txt").read_text(encoding="utf-8").strip()
    with open(args.prompts / "class-names/imagenet-openai.csv", encoding="utf-8", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    features = []
    for first in range(0, len(names), 50):
        tokens = tokenizer([template.replace("{}", name) for name in names[first : first + 50]])
        features.append(F.normalize(model.encode_text(tokens), dim=-1))
    return torch.cat(features).T.contiguous()


model, _, transform = open_clip.create_model_and_transforms(f"local-dir:{args.folder.resolve()}")
model.eval()
classifier_seconds = None
with torch.no_grad():
    if not args.classifier.exists():
        begun = time.perf_counter()
        made = build_classifier(model, open_clip.get_tokenizer(f"local-dir:{args.folder.resolve()}"))
        classifier_seconds = time.perf_counter() - begun
        torch.save(made, args.classifier)
    classifier = torch.load(args.classifier)
    dataset = torchvision.datasets.ImageFolder(args.images, transform=transform)
    autocast = contextlib.nullcontext() if args.precision == "float32" else torch.autocast("cpu", dtype=torch.bfloat16)


@torch.no_grad()
def evaluate(batch, workers, threads):
    """The best five classes of each batch, and the seconds of the loop."""
    torch.set_num_threads(threads)
    best = []
    begun = time.perf_counter()
    loader = torch.utils.data.DataLoader(dataset, batch_size=batch, shuffle=False, num_workers=workers)
    for images, _ in loader:
        with autocast:
            features = F.normalize(model.encode_image(images), dim=-1)
            logits = 100.0 * features @ classifier
        best.append(logits.float().topk(5, dim=1))
    return best, time.perf_counter() - begun


versions = {"torch": torch.__version__, "torchvision": torchvision.__version__, "open_clip": open_clip.__version__}
if args.tune:
    evaluate(BATCHES[0], 0, args.threads)  # warm
    settings = itertools.product(BATCHES, WORKERS, sorted({1, args.threads}))
    tried = [{"batch": b, "workers": w, "threads": t, "seconds": evaluate(b, w, t)[1]} for b, w, t in settings]
    print(json.dumps({"images": len(dataset), "tried": tried, "classifierSeconds": classifier_seconds, "versions": versions}))
    raise SystemExit
best, seconds = evaluate(args.batch, args.workers, args.threads)
with open(args.out, "w", encoding="utf-8", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["image", "top1", "score1", "score2"])
    values, indices = torch.cat([b.values for b in best]), torch.cat([b.indices for b in best])
    for (path, _), scores, classes in zip(dataset.samples, values.tolist(), indices.tolist(), strict=True):
        image = Path(path).relative_to(args.images).as_posix()
        writer.writerow([image, classes[0], scores[0] / 100, scores[1] / 100])
print(json.dumps({"images": len(dataset), "seconds": seconds, "classifierSeconds": classifier_seconds,
                  "threads": torch.get_num_threads(), "versions": versions}))
