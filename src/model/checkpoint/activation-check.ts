import type { ActivationCount } from "../onnx/activation.ts";
import type { ExportCheck } from "./export-checks.ts";
import type { Layout } from "./layout.ts";
import { layoutKind } from "./layout-kinds.ts";
import type { ModelConfigs } from "./model-config.ts";

/** If the folder has the configs of both libraries, only the one of the checkpoint's layout is used. */
export function configsOfLayout(layout: Layout, configs: ModelConfigs): ModelConfigs {
  const { mainConfig } = layoutKind(layout.kind);
  if (configs[mainConfig] === null) return configs;
  return { ...configs, [mainConfig === "openClip" ? "huggingFace" : "openClip"]: null };
}

/**
 * Compares the graph's activation with that of the model's config: a QuickGELU model exported with GELU loses several points. A
 * config of open_clip that does not set `quick_gelu` decides nothing: OpenAI's weights use QuickGELU with the config of
 * `ViT-B-32`, which does not set it; open_clip sets it when it loads these weights.
 *
 * @see open_clip 3.3.0 src/open_clip/factory.py `create_model` (`force_quick_gelu`), pretrained.py
 */
export function checkActivation(
  tower: "image" | "text",
  activations: readonly ActivationCount[],
  configs: ModelConfigs,
): ExportCheck {
  const name = `${tower} activation`;
  const found =
    activations.map(({ name: activation, count }) => `${activation} x${count}`).join(", ") || "none recognized";
  const expected = expectedActivation(tower, configs);
  const gelus = activations.filter((activation) => activation.name.includes("GELU"));
  if (expected === null || gelus.length === 0) return { name, status: "ok", detail: `the graph has ${found}` };
  const isQuick = gelus.some((activation) => activation.name === "QuickGELU");
  if (isQuick === (expected.quick ?? false))
    return { name, status: "ok", detail: `the graph has ${found}, as ${expected.source} states` };
  if (expected.quick === null) {
    const undecided = `${expected.source}: correct for OpenAI's weights and others trained with QuickGELU`;
    return { name, status: "ok", detail: `the graph has ${found}, ${undecided}` };
  }
  const expectedName = expected.quick ? "QuickGELU" : "GELU";
  const detail = `the graph has ${found}, but ${expected.source} states ${expectedName}: one of them is wrong, which costs several points of accuracy`;
  return { name, status: "warning", detail };
}

function expectedActivation(
  tower: "image" | "text",
  { openClip, huggingFace }: ModelConfigs,
): { quick: boolean | null; source: string } | null {
  if (huggingFace !== null) {
    const { model_type: type, vision_config: vision, text_config: text } = huggingFace.config;
    // transformers omits defaults from a tower's config, such as QuickGELU for CLIP (configuration_clip.py), but never the
    // tower's config itself: a file without one was not written for this model, such as MobileCLIP's in transformers.js.
    const config = tower === "image" ? vision : text;
    const hidden = config?.hidden_act ?? (type === "clip" && config ? "quick_gelu" : null);
    if (hidden !== null)
      return { quick: hidden === "quick_gelu", source: `${huggingFace.file} (hidden_act ${hidden})` };
  }
  if (openClip === null) return null;
  const { vision_cfg: vision, text_cfg: text, quick_gelu: quick } = openClip.config;
  // quick_gelu does not apply to timm towers, ResNets (ReLU) or text towers from Hugging Face.
  const applies = tower === "image" ? !vision?.timm_model_name && !Array.isArray(vision?.layers) : !text?.hf_model_name;
  return applies ? { quick: quick ?? null, source: `${openClip.file} (quick_gelu ${quick ?? "not set"})` } : null;
}
