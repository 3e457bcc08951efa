import { InputError } from "../../../src/foundation/errors.ts";
import { type OpenClipConfig, parseOpenClipConfig } from "../../../src/model/architectures/open-clip-config.ts";
import type { OpenClipNames, PretrainedName } from "../../../src/model/architectures/open-clip-names.ts";
import { type ArchitectureCase, caseIds, readCase } from "./cases.ts";

/** What becomes of a model that open_clip has pretrained weights of. */
export interface NamedModel {
  readonly model: string;
  readonly pretrained: readonly PretrainedName[];
  /** the case that tries its architecture, with its configuration and the case's, depth and vocabulary apart; or why it is refused */
  readonly outcome:
    | { readonly tried: ArchitectureCase; readonly config: OpenClipConfig; readonly casesConfig: OpenClipConfig }
    | { readonly refused: string };
}

/** Models in open_clip's order. @throws if a model is neither refused nor tried by a case */
export function namedModels({ models, pretrained }: OpenClipNames): NamedModel[] {
  const cases = caseIds.map(readCase);
  return [...new Set(pretrained.map(({ model }) => model))].map((model) => {
    const rows = pretrained.filter((row) => row.model === model);
    let config: OpenClipConfig;
    try {
      config = parseOpenClipConfig(models[model], model);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return { model, pretrained: rows, outcome: { refused: error.message.slice(`${model}: `.length) } };
    }
    const tried = cases.find(({ names }) => names.includes(model));
    if (tried === undefined) throw new Error(`${model} is supported, and no case tries it`);
    const casesConfig = parseOpenClipConfig(tried.openClip, model);
    return { model, pretrained: rows, outcome: { tried, config, casesConfig } };
  });
}

/** A configuration without what the cases cut. */
export function withoutDepth({ vision, text, ...rest }: OpenClipConfig): unknown {
  const { layers: _visionLayers, ...visionRest } = vision as typeof vision & { layers?: unknown };
  const { layers: _textLayers, vocabularySize: _size, ...textRest } = text;
  return { ...rest, vision: visionRest, text: textRest };
}

/** The table as Markdown, which `docs/reference/architectures.md` holds. */
export function formatNamesTable({ source }: OpenClipNames, models: readonly NamedModel[]): string {
  const tried = models.filter(({ outcome }) => "tried" in outcome);
  const refused = models.filter(({ outcome }) => "refused" in outcome);
  const names = (some: readonly NamedModel[]) => some.reduce((sum, { pretrained }) => sum + pretrained.length, 0);
  return `# open_clip's pretrained names: what is tried, what is refused

${source} names ${names(models)} pretrained weights of ${models.length} models. ${names(tried)} of them (${tried.length} models) can be evaluated from their weights; ${names(refused)} (${refused.length} models) are
refused by name when their configuration is read, and can be evaluated as ONNX exports.

"Tried" means: \`test/model/architectures/oracle.test.ts\` compiles the model's real configuration, with its depth cut to two blocks (ResNets: 2, 1, 1 and 2
bottlenecks) and its vocabulary to 1,000 tokens, from a weight file of spread-out random numbers, and compares the embeddings of images and texts with those of PyTorch in
float32: unit vectors agree within 2e-6 (image towers of ResNets 5e-6) in every element. The case is a file of \`test/fixtures/architectures/cases/\`; models that differ only
in depth, vocabulary or tokenizer share one. This page is written and checked by \`test/model/architectures/names-table.test.ts\`.

† The weights were trained with QuickGELU, and the model's configuration says GELU: the numbers are open_clip's under this name, and a warning says so.
The \`-quickgelu\` model computes what the weights were trained for. The activation is that of open_clip's towers; timm's image towers have GELU, gopt's GELU (tanh).

## Tried at cut depth

| model | pretrained | image tower | text tower | activation | case |
|---|---|---|---|---|---|
${tried.map(triedRow).join("\n")}

## Refused by name

| model | pretrained | what the message names |
|---|---|---|
${refused.map(refusedRow).join("\n")}
`;
}

function triedRow({ model, pretrained, outcome }: NamedModel): string {
  if (!("tried" in outcome)) throw new Error(`${model} is not tried`);
  const { config, tried } = outcome;
  const { vision, text } = config;
  const quickGelu = text.activation === "quick_gelu";
  const tags = pretrained.map(({ tag, quick_gelu: needed }) => (needed && !quickGelu ? `${tag} †` : tag));
  const activation = { gelu: "GELU", gelu_tanh: "GELU (tanh)", quick_gelu: "QuickGELU" }[text.activation];
  const cells = [model, tags.join(", "), imageTower(vision), textTower(text), activation, `\`${tried.id}\``];
  return `| ${cells.join(" | ")} |`;
}

function imageTower(vision: OpenClipConfig["vision"]): string {
  const { height } = vision.imageSize;
  if (vision.kind === "timm") return `timm ${vision.model}`;
  if (vision.kind === "modified-resnet")
    return `ResNet ${vision.layers.join("-")}, width ${vision.width}, ${height} px`;
  const pooling = vision.pooling === "average" ? ", average" : "";
  return `ViT ${vision.layers} × ${vision.width}, patch ${vision.patchSize}, ${height} px${pooling}`;
}

function textTower({ layers, width, contextLength, causal, pooling }: OpenClipConfig["text"]): string {
  const token = {
    argmax: "highest id",
    token: `id ${"id" in pooling ? pooling.id : ""}`,
    first: "first token",
    last: "last token",
    appended: "appended token",
  }[pooling.kind];
  return `${layers} × ${width}, ${contextLength} tokens, ${causal ? "causal" : "not causal"}, ${token}`;
}

function refusedRow({ model, pretrained, outcome }: NamedModel): string {
  if (!("refused" in outcome)) throw new Error(`${model} is not refused`);
  const [named] = outcome.refused.split(/ (?:is|are) not supported yet; /);
  return `| ${model} | ${pretrained.map(({ tag }) => tag).join(", ")} | ${named} |`;
}
