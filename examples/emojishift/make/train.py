"""Trains EmojiShift's checkpoints with open_clip's model, ClipLoss, cosine schedule and train_one_epoch, on the CPU, one thread.

python train.py WORK [NAME…]      needs WORK/train (render.mjs); writes WORK/weights/NAME.safetensors and ../logs/NAME.csv
                                  Without names it passes over runs whose weights are there; a run that is named is trained again.
                                  The same machine gives the same weights.
python train.py WORK --study [I/N]   trains the full study's runs (every N-th from I on, for N processes side by side) that are not in
                                  WORK/checkpoints yet; stop it when you like, and run it again to go on.
A training set of n samples is n distinct pictures of the shards: n / 160 of each class. Batches hold one picture a class, so that no
other caption of a batch is right; a picture is changed a little each time it is seen (mirrored, moved, grey, outlines).
"""
import csv
import functools
import io
import json
import os
import shutil
import sys
import tarfile
import time
import zlib
from pathlib import Path
from types import SimpleNamespace

os.environ["HF_HUB_OFFLINE"] = "1"
import numpy as np
import torch
import torch.nn.functional as F
from model import MEAN, MIXTURES, STD, STUDY, build, class_names, runs, study_runs, templates
from open_clip.loss import ClipLoss
from open_clip_train.scheduler import cosine_lr
from open_clip_train.train import train_one_epoch
from PIL import Image
from safetensors.torch import save_file

RATE, WARMUP, DECAY = 2e-3, 50, 0.2
SHARDS = 64


def read_shard(path, side=40):
    """The pictures of a shard by class: (classes, 3, side, side) uint8."""
    pictures = {}
    with tarfile.open(path) as tar:
        members = {member.name: tar.extractfile(member).read() for member in tar if member.isfile()}
    for name, data in members.items():
        if name.endswith(".webp"):
            label = int(members[name.removesuffix(".webp") + ".cls"])
            pictures[label] = np.asarray(Image.open(io.BytesIO(data)).convert("RGB").resize((side, side), Image.Resampling.BICUBIC))
    return torch.from_numpy(np.stack([pictures[label] for label in range(len(pictures))])).permute(0, 3, 1, 2)


@functools.cache
def cached_shard(path):
    return read_shard(path)


def training_set(work, mixture, size, classes, first=0):
    """(size / classes, classes, 3, side, side): each class and number from one of the mixture's sources, in its proportion.

    first: number of the first of the source's 64 shards; the others follow, wrapping around at the end."""
    sources = list(MIXTURES[mixture].items())
    per_class = size // classes
    numbers = [(first + number) % SHARDS for number in range(per_class)]
    shards = {source: torch.stack([cached_shard(work / f"train/{source}/{number}.tar") for number in numbers]) for source, _ in sources}
    pictures = shards[sources[0][0]].clone()
    if len(sources) > 1:
        share, other = sources[0][1], sources[1][0]
        for number in range(per_class):
            for label in range(classes):
                # A low-discrepancy sequence: the share holds within any few pictures of a class and any few classes of a number
                if (0.5 + number * 0.6180339887 + label * 0.7548776662) % 1 >= share:
                    pictures[number, label] = shards[other][number, label]
    return pictures


def augment(pictures, generator, side=32):
    """(n, 3, s, s) uint8 → (n, 3, side, side) in [0, 1]: cut to 32–40 of 40 pixels at a random position, mirrored, tinted; some gray, some outlines."""
    n = len(pictures)
    rand = lambda *shape: torch.rand(*shape, generator=generator)  # noqa: E731
    scale = 0.8 + 0.2 * rand(n)
    flip = torch.where(rand(n) < 0.5, -1.0, 1.0)
    shift = (rand(n, 2) * 2 - 1) * (1 - scale)[:, None]
    zero = torch.zeros(n)
    grid = torch.stack([torch.stack([scale * flip, zero, shift[:, 0]], 1), torch.stack([zero, scale, shift[:, 1]], 1)], 1)
    x = F.grid_sample(pictures.float() / 255, F.affine_grid(grid, (n, 3, side, side), align_corners=False), align_corners=False, padding_mode="border")
    x = x * (0.8 + 0.4 * rand(n, 3, 1, 1))
    grey = x.mean(1, keepdim=True)
    blurred = F.avg_pool2d(F.pad(grey, (1, 1, 1, 1), mode="replicate"), 3, 1)
    ink = ((grey - blurred).abs() * (4 + 6 * rand(n, 1, 1, 1))).clamp(0, 1)
    outlines = (0.6 + 0.4 * rand(n, 3, 1, 1)) * (1 - ink)
    contrast = ((grey - grey.mean((2, 3), keepdim=True)) * (1 + 3 * rand(n, 1, 1, 1)) + 0.5).clamp(0, 1)
    kind = rand(n, 1, 1, 1)
    x = torch.where(kind < 0.15, outlines, torch.where(kind < 0.35, contrast.expand_as(x), x))
    return x.clamp(0, 1)


class Loader:
    """The batches for train_one_epoch: one picture per class, with a new random number and caption in each step."""

    def __init__(self, pictures, tokenize, steps, seed):
        self.pictures, self.steps, self.generator = pictures, steps, torch.Generator().manual_seed(seed)
        names = class_names()
        self.captions = torch.stack([tokenize([template.format(name) for name in names]) for template in templates()])
        self.num_batches, self.num_samples = steps, steps * len(names)
        self.mean, self.std = (torch.tensor(values).view(3, 1, 1) for values in (MEAN, STD))

    def __iter__(self):
        numbers, classes = self.pictures.shape[:2]
        labels = torch.arange(classes)
        for _ in range(self.steps):
            number = torch.randint(numbers, (classes,), generator=self.generator)
            template = torch.randint(len(self.captions), (classes,), generator=self.generator)
            images = (augment(self.pictures[number, labels], self.generator) - self.mean) / self.std
            yield images, self.captions[template, labels]


class Log:
    """Collects the scalars that train_one_epoch logs to TensorBoard."""

    def __init__(self):
        self.rows = {}

    def add_scalar(self, name, value, step):
        self.rows.setdefault(step, {})[name] = float(value)


def fit(work, run, seeds, first=0):
    """(the trained model, the log's scalars by step). seeds: of weights, of batches and augmentation."""
    torch.manual_seed(seeds[0])
    model, tokenize, _ = build(work)
    steps, classes = run.steps, len(class_names())
    pictures = training_set(work, run.mixture, run.size, classes, first)
    decayed = [p for p in model.parameters() if p.ndim >= 2]
    plain = [p for p in model.parameters() if p.ndim < 2]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": DECAY}, {"params": plain, "weight_decay": 0.0}], lr=RATE, betas=(0.9, 0.98))
    loader = Loader(pictures, tokenize, steps, seed=seeds[1])
    args = SimpleNamespace(device="cpu", precision="fp32", distill=False, accum_freq=1, skip_scheduler=False, horovod=False, grad_clip_norm=1.0,
                           rank=0, local_rank=0, log_local=False, distributed=False, log_every_n_steps=25, world_size=1, batch_size=classes, wandb=False)
    log = Log()
    data = {"train": SimpleNamespace(dataloader=loader, set_epoch=lambda epoch: None)}
    train_one_epoch(model, data, ClipLoss(), 0, optimizer, None, cosine_lr(optimizer, RATE, WARMUP, steps), None, args, tb_writer=log)
    return model, log.rows


def write_log(path, rows):
    path.parent.mkdir(exist_ok=True)
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["step", "loss", "logit_scale", "learning_rate"])
        for step, row in sorted(rows.items()):
            writer.writerow([step, *(f"{row[key]:.5g}" for key in ("train/contrastive_loss", "train/scale", "train/lr"))])


def train(work, run):
    begun = time.time()
    model, rows = fit(work, run, (1000 * run.seed + run.size, 7 * run.seed + run.size))
    # Rounded to float16 here, and again in export.py after each BatchNorm is folded into its convolution
    state = {key: value.half().float() if value.is_floating_point() else value for key, value in model.state_dict().items()}
    (work / "weights").mkdir(exist_ok=True)
    write_log(STUDY / f"logs/{run.name}.csv", rows)
    # Written last, and renamed when complete: the weights mark a finished run
    weights = work / f"weights/{run.name}.safetensors"
    save_file({key: value.contiguous() for key, value in state.items()}, f"{weights}.part")
    os.replace(f"{weights}.part", weights)
    print(f"{run.name}: {run.steps} steps, {time.time() - begun:.0f} s, {sum(p.numel() for p in model.parameters())} parameters", flush=True)


def train_for_study(work, run):
    """Writes WORK/logs/NAME.csv and the folder WORK/checkpoints/NAME, in the layout of open_clip's published checkpoints. Every run has its own seeds and, below
    10,240 samples, every seed its own pictures, so that nothing but the design is shared between runs."""
    begun = time.time()
    model, rows = fit(work, run, (zlib.crc32(f"weights {run.name}".encode()), zlib.crc32(f"batches {run.name}".encode())), 13 * (run.seed - 1))
    write_log(work / f"logs/{run.name}.csv", rows)
    folder, whole = work / f"checkpoints/.{run.name}.part", work / f"checkpoints/{run.name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _, _, model_cfg = build(work)
    preprocess = {"mean": MEAN, "std": STD, "interpolation": "bicubic", "resize_mode": "shortest"}
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": model_cfg, "preprocess_cfg": preprocess}, indent=2) + "\n")
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(work / "tokenizer" / file, folder / file)
    save_file({key: value.contiguous() for key, value in model.state_dict().items()}, folder / "open_clip_model.safetensors")
    os.replace(folder, whole)
    print(f"{run.name}: {run.steps} steps, {time.time() - begun:.0f} s", flush=True)


def main(work, names):
    torch.set_num_threads(1)
    if names[:1] == ["--study"]:
        part, parts = (int(number) for number in (names[1] if len(names) > 1 else "0/1").split("/"))
        for run in study_runs()[part::parts]:
            if not (work / f"checkpoints/{run.name}").exists():
                train_for_study(work, run)
        return
    known = runs()
    unknown = set(names) - {run.name for run in known}
    if unknown:
        raise SystemExit(f"no such run: {', '.join(sorted(unknown))}; there are {', '.join(run.name for run in known)}")
    for run in known:
        finished = (work / f"weights/{run.name}.safetensors").exists()
        if run.name in names if names else not finished:
            train(work, run)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
