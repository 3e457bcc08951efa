"""Writes an open_clip model with open_clip's random weights (seed 0): open_clip_config.json and open_clip_model.safetensors.

python random_open_clip.py MODEL OUT      then: python examples/export/open_clip_export.py local-dir:OUT "" OUT
"""
import json
import sys
from pathlib import Path

import open_clip
import torch
from safetensors.torch import save_file

name, out = sys.argv[1], Path(sys.argv[2])
out.mkdir(parents=True, exist_ok=True)
torch.manual_seed(0)
model = open_clip.create_model(name)
preprocess = {k: v for k, v in open_clip.get_model_preprocess_cfg(model).items() if k not in ("size", "mode")}
config = {"model_cfg": open_clip.get_model_config(name), "preprocess_cfg": preprocess}
(out / "open_clip_config.json").write_text(json.dumps(config, indent=2) + "\n")
save_file({k: v.contiguous() for k, v in model.state_dict().items()}, out / "open_clip_model.safetensors")
