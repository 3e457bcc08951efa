#!/usr/bin/env bash
# Remakes the full study: pictures, checkpoints, predictions, tables. It can be stopped at any time and resumes when run again.
#   study.sh WORK PYTHON      after npm run build; PYTHON as for make.sh
set -euo pipefail
work=$(realpath -m "$1")
python=$2
here=$(cd "$(dirname "$0")" && pwd)
export OMP_NUM_THREADS=1
node "$here/render.mjs" "$work" --study
"$python" "$here/train.py" "$work" --study
node "$here/evaluate.mjs" "$work"
node "$here/compact.mjs" "$work"
node "$here/../study/analyze.mjs" --readme
