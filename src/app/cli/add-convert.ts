import type { Command } from "commander";
import { choiceOption, OPTIONS, withCommonOptions, withExamples } from "./common-options.ts";
import { pathValue } from "./option-values.ts";
import type { Supervise } from "./supervised-process.ts";

/** `shiftline convert`. */
export function addConvert(root: Command, supervise: Supervise): void {
  const command = root
    .command("convert")
    .description("write weights as a standalone ONNX checkpoint, for onnxruntime and transformers.js")
    .argument("<weights>", "weights of a CLIP checkpoint, or the folder that contains them")
    .optionsGroup(OPTIONS)
    .requiredOption("--out <folder>", "output folder; must be new or empty", pathValue)
    .addOption(
      choiceOption("--layout <name>", "open_clip or hugging-face (default: the layout of the weights)", [
        "open_clip",
        "hugging-face",
      ]),
    )
    .option("--arch <name>", "architecture, for weights without a configuration file; as for evaluate")
    .option("--variant <name>", "which weights, where a folder has several");
  withExamples(
    withCommonOptions(command),
    "shiftline convert open_clip_model.safetensors --out checkpoints/mine",
    "shiftline convert epoch_32.pt --arch ViT-B-32 --layout hugging-face --out checkpoints/mine-hf",
  ).action(async (path: string, options) => {
    if (await supervise({ sweep: false })) return;
    const { runConvert } = await import("./convert-command.ts");
    await runConvert(path, options);
  });
}
