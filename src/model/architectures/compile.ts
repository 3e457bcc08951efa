import { countParameters } from "./count-parameters.ts";
import { type GraphBuilder, type GraphFile, graphBuilder } from "./graph-builder.ts";
import { resNetMultiplyAdds, textMultiplyAdds, visionMultiplyAdds } from "./multiply-adds.ts";
import { resNetEmbeddings } from "./resnet-graph.ts";
import { textEmbeddings } from "./text-graph.ts";
import type { TextTransformer, VisionTower } from "./towers.ts";
import { visionEmbeddings } from "./vision-graph.ts";

/** A tower as an ONNX graph in memory: bytes for a session whose external data is below `folder`. */
export interface CompiledGraph extends GraphFile {
  /** the first weight file, for messages */
  readonly name: string;
  /** multiply-adds of the graph's matrix products for an image, or for a text of full context length */
  readonly multiplyAdds: number;
  /** number of elements of the tower's tensors */
  readonly parameters: number;
}

/** `pixel_values` float32 (batch, 3, height, width), normalized → `image_embeds` float32 (batch, d), not normalized. */
export function compileImageTower(tower: VisionTower): CompiledGraph {
  const graph = graphBuilder();
  const { height, width } = tower.imageSize;
  const pixels = graph.input({ name: "pixel_values", type: "float32", shape: ["batch", 3, height, width] });
  const embeddings = imageEmbeddings(graph, tower, pixels);
  return {
    ...finish(graph, "image_embeds", embeddings, imageWidth(tower)),
    name: tower.kind === "vision-transformer" ? tower.positions.file : tower.pool.positions.file,
    multiplyAdds: tower.kind === "vision-transformer" ? visionMultiplyAdds(tower) : resNetMultiplyAdds(tower),
    parameters: countParameters(tower),
  };
}

function imageEmbeddings(graph: GraphBuilder, tower: VisionTower, pixels: string): string {
  return tower.kind === "vision-transformer"
    ? visionEmbeddings(graph, tower, pixels)
    : resNetEmbeddings(graph, tower, pixels);
}

/** `input_ids` int64 (batch, sequence), at most the context length → `text_embeds` float32 (batch, d), not normalized. */
export function compileTextTower(tower: TextTransformer): CompiledGraph {
  const graph = graphBuilder();
  const ids = graph.input({ name: "input_ids", type: "int64", shape: ["batch", "sequence"] });
  const embeddings = textEmbeddings(graph, tower, ids);
  return {
    ...finish(graph, "text_embeds", embeddings, lastWidth(tower)),
    name: tower.tokenEmbedding.file,
    multiplyAdds: textMultiplyAdds(tower),
    parameters: countParameters(tower),
  };
}

function finish(graph: GraphBuilder, name: string, value: string, width: number): GraphFile {
  return graph.finish([{ name, type: "float32", shape: ["batch", width], value }]);
}

function imageWidth(tower: VisionTower): number {
  return tower.kind === "vision-transformer" ? lastWidth(tower) : (tower.pool.output.weight.shape[0] as number);
}

/** Output width of the last layer of a head, or of the tokens if there is no head. */
function lastWidth({ head, positions }: Pick<TextTransformer, "head" | "positions">): number {
  const last = head.at(-1);
  if (last === undefined) return positions.shape.at(-1) as number;
  return ("matrix" in last ? last.matrix.shape[1] : last.weight.shape[0]) as number;
}
