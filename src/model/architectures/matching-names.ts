import { isDeepStrictEqual } from "node:util";
import { InputError } from "../../foundation/errors.ts";
import type { Weights } from "../weights/weights.ts";
import { type OpenClipConfig, parseOpenClipConfig } from "./open-clip-config.ts";
import type { OpenClipNames } from "./open-clip-names.ts";
import { openClipTowers } from "./open-clip-towers.ts";
import { takeTensors } from "./take-tensors.ts";

/** open_clip's supported models: name and parsed configuration. */
function supportedModels(names: OpenClipNames): { readonly name: string; readonly config: OpenClipConfig }[] {
  return Object.entries(names.models).flatMap(([name, cfg]) => {
    const config = unlessRefused(() => parseOpenClipConfig(cfg, name));
    return config === null ? [] : [{ name, config }];
  });
}

/** open_clip's names of models with this configuration and any activation. */
export function namesOf(
  names: OpenClipNames,
  config: OpenClipConfig,
): { readonly any: string[]; readonly same: string[] } {
  const alike = supportedModels(names).filter((model) =>
    isDeepStrictEqual(withoutActivation(model.config), withoutActivation(config)),
  );
  const same = alike.filter((model) => isDeepStrictEqual(activations(model.config), activations(config)));
  return { any: alike.map(({ name }) => name), same: same.map(({ name }) => name) };
}

/** open_clip's names of models that have exactly these tensors. */
export function namesByTensors(names: OpenClipNames, weights: Weights, isForeign: (name: string) => boolean): string[] {
  const fitting = supportedModels(names).filter(({ name, config }) =>
    unlessRefused(() => {
      const tensors = takeTensors(weights);
      openClipTowers(tensors, config, name);
      return !tensors.unused().some(isForeign);
    }),
  );
  return fitting.map(({ name }) => name);
}

/** Whether models of these names are equal except for their activation. */
export function isOneArchitecture(names: OpenClipNames, models: readonly string[]): boolean {
  const configs = models.map((name) => withoutActivation(parseOpenClipConfig(names.models[name], name)));
  return configs.every((config) => isDeepStrictEqual(config, configs[0]));
}

function unlessRefused<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

const withoutActivation = ({ embeddingWidth, vision, text }: OpenClipConfig) => ({
  embeddingWidth,
  vision: { ...vision, activation: null },
  text: { ...text, activation: null },
});

const activations = ({ vision, text }: OpenClipConfig) => [
  vision.kind === "vit" ? vision.activation : null,
  text.activation,
];
