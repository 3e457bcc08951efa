"""Writes open-clip.json: open_clip's model configurations and what its pretrained names say of their weights.

    python architectures/make-open-clip.py

Facts only: numbers, and names of files and of tokenizers. Made with open_clip 3.3.0 (MIT licence).
"""

import json
import os

import open_clip
from open_clip.factory import _MODEL_CONFIGS
from open_clip.pretrained import _PRETRAINED


def pretrained_entry(model, tag, cfg):
    hub = cfg["hf_hub"].rstrip("/")
    if hub.count("/") > 1:  # org/repository/file
        hub = os.path.dirname(hub)
    entry = {"model": model, "tag": tag, "repository": hub or None, "file": os.path.basename(cfg["url"]) or None}
    entry["quick_gelu"] = cfg.get("quick_gelu", False)
    entry["preprocess_cfg"] = {key: cfg[key] for key in ("mean", "std", "interpolation", "resize_mode")}
    return entry


def main():
    models = {name: _MODEL_CONFIGS[name] for name in sorted(_MODEL_CONFIGS)}
    pretrained = [pretrained_entry(model, tag, cfg) for model, tags in _PRETRAINED.items() for tag, cfg in tags.items()]
    rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(cfg)}" for name, cfg in models.items())
    tags = ",\n".join(f"  {json.dumps(entry)}" for entry in pretrained)
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "open-clip.json")
    with open(path, "w") as f:
        f.write(f'{{\n"source": "open_clip {open_clip.__version__}",\n"models": {{\n{rows}\n}},\n"pretrained": [\n{tags}\n]\n}}\n')


if __name__ == "__main__":
    main()
