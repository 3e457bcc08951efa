#!/usr/bin/env bash
# Remakes EmojiShift: pictures, checkpoints, and open_clip's predictions. About half an hour on one core.
#   make.sh WORK PYTHON      PYTHON has open_clip_torch 3.3.0, torch, torchvision, Pillow, safetensors, tokenizers, onnx, onnxscript
# One checkpoint again: PYTHON train.py WORK NAME, then PYTHON export.py WORK NAME
set -euo pipefail
work=$(realpath -m "$1")
python=$2
here=$(cd "$(dirname "$0")" && pwd)
export OMP_NUM_THREADS=1
node "$here/render.mjs" "$work"
"$python" "$here/train.py" "$work"
"$python" "$here/export.py" "$work"
"$python" "$here/expected.py" "$work" "$here/../../../test/fixtures/emojishift" twemoji-10240 noto50-emojione50-2560 emojione-640
