"""Adds the dynamic int8 variant of an open_clip export to its folder: visual_quantized.onnx and textual_quantized.onnx, for
`shiftline evaluate FOLDER --variant quantized`. onnxruntime's quantize_dynamic: int8 weights per channel of MatMul alone.

python quantize.py FOLDER
"""
import sys
from pathlib import Path

from onnxruntime.quantization import QuantType, quantize_dynamic

folder = Path(sys.argv[1])
for tower in ("visual", "textual"):
    quantize_dynamic(folder / f"{tower}.onnx", folder / f"{tower}_quantized.onnx", weight_type=QuantType.QInt8, per_channel=True,
                     op_types_to_quantize=["MatMul"])
