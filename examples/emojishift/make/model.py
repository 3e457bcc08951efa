"""EmojiShift's CLIP: its config, its tokenizer, and its training runs."""
import csv
import json
from pathlib import Path
from types import SimpleNamespace

import open_clip
from open_clip.tokenizer import HFTokenizer
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

STUDY = Path(__file__).resolve().parent.parent
MEAN, STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
CONTEXT = 12
SIZES = (160, 640, 2560, 10240)
MIXTURES = {"noto": {"noto": 1.0}, "twemoji": {"twemoji": 1.0}, "emojione": {"emojione": 1.0},
            "noto75-emojione25": {"noto": 0.75, "emojione": 0.25}, "noto50-emojione50": {"noto": 0.5, "emojione": 0.5},
            "noto25-emojione75": {"noto": 0.25, "emojione": 0.75}}
REPEATED = (("noto", 640), ("noto50-emojione50", 640))  # trained with three seeds
STEPS = {160: 250, 640: 400, 2560: 600, 10240: 800}
STUDY_STEPS, STUDY_SEEDS = (200, 600), (1, 2, 3, 4, 5)  # of the full study, crossed with the sizes


def class_names():
    with open(STUDY / "class-names.csv", encoding="utf-8") as file:
        return [row["name"] for row in csv.DictReader(file)]


def templates():
    return (STUDY / "templates.txt").read_text(encoding="utf-8").splitlines()


def runs():
    """Every checkpoint: small training sets first."""
    made = [SimpleNamespace(name=f"{mixture}-{size}", mixture=mixture, size=size, steps=STEPS[size], seed=1) for size in SIZES for mixture in MIXTURES]
    return made + [SimpleNamespace(name=f"{mixture}-{size}-seed{seed}", mixture=mixture, size=size, steps=STEPS[size], seed=seed)
                   for mixture, size in REPEATED for seed in (2, 3)]


def study_runs():
    """The full study's checkpoints, seed by seed: the complete seeds are balanced at any end of the training."""
    return [SimpleNamespace(name=f"{mixture}-{size}-steps{steps}-seed{seed}", mixture=mixture, size=size, steps=steps, seed=seed)
            for seed in STUDY_SEEDS for size in SIZES for steps in STUDY_STEPS for mixture in MIXTURES]


def write_if_changed(path, text):
    """Another training process may be reading the file."""
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def tokenizer_files(folder):
    """Writes tokenizer.json and tokenizer_config.json: one token per word of the class names and the templates."""
    words = sorted({word for text in [*class_names(), *(template.format("") for template in templates())] for word in text.lower().replace(".", " . ").split()})
    vocabulary = {word: index for index, word in enumerate(["<unk>", "<pad>", *words, "<start>", "<end>"])}
    tokenizer = Tokenizer(models.WordLevel(vocab=vocabulary, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens(["<unk>", "<pad>", "<start>", "<end>"])
    ids = [(name, vocabulary[name]) for name in ("<start>", "<end>")]
    tokenizer.post_processor = processors.TemplateProcessing(single="<start> $A <end>", special_tokens=ids)
    folder.mkdir(parents=True, exist_ok=True)
    write_if_changed(folder / "tokenizer.json", json.dumps(json.loads(tokenizer.to_str()), separators=(",", ":")) + "\n")
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": CONTEXT, "bos_token": "<start>", "eos_token": "<end>", "pad_token": "<pad>", "unk_token": "<unk>"}
    write_if_changed(folder / "tokenizer_config.json", json.dumps(config, indent=2) + "\n")
    return len(vocabulary)


def config(vocabulary_size):
    """open_clip's model_cfg: a ModifiedResNet of 32-pixel images and a small text transformer, 0.46 million parameters."""
    return {
        "embed_dim": 64,
        "vision_cfg": {"image_size": 32, "layers": [1, 1, 1, 1], "width": 8, "patch_size": None},
        "text_cfg": {"context_length": CONTEXT, "vocab_size": vocabulary_size, "hf_tokenizer_name": "tokenizer", "width": 64, "heads": 2, "layers": 2},
    }


def build(work):
    """(model with random weights, tokenize, model_cfg)"""
    model_cfg = config(tokenizer_files(work / "tokenizer"))
    model = open_clip.CLIP(**json.loads(json.dumps(model_cfg)), output_dict=True)
    return model, HFTokenizer(str(work / "tokenizer"), context_length=CONTEXT), model_cfg
