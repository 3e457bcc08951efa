import { describe, expect, it } from "vitest";
import {
  findTextSignature,
  findVisionSignature,
  NO_HINTS,
  refuseOtherInputs,
} from "../../../src/model/checkpoint/encoder-signature.ts";
import type { TensorInfo } from "../../../src/model/onnx/onnx-tensor.ts";

const info = (name: string, type: string, ...shape: (number | string)[]): TensorInfo => ({ name, type, shape });
const pixels = info("pixel_values", "float32", "n", 3, 224, 224);
const ids = info("input_ids", "int64", "n", "length");
const mask = info("attention_mask", "int64", "n", "length");
const graph = (inputs: TensorInfo[], outputs: TensorInfo[]) => ({ path: "g.onnx", inputs, outputs });
const embedding = (name: string) => info(name, "float32", "n", 512);

describe("findVisionSignature", () => {
  it.each(["image_embeds", "image_features", "unnorm_image_features", "embedding", "output"])(
    "knows the output %s",
    (name) => {
      const outputs = [embedding("pooler_output"), info("last_hidden_state", "float32", "n", 50, 768), embedding(name)];
      expect(findVisionSignature(graph([pixels], outputs))).toEqual({ pixels, embedding: embedding(name) });
    },
  );

  it("takes the only candidate if the names are unknown", () => {
    const input = info("x.1", "float16", 1, 3, 64, 64);
    const outputs = [info("tokens", "float32", "n", 50, 768), embedding("1234")];
    expect(findVisionSignature(graph([input], outputs))).toEqual({ pixels: input, embedding: embedding("1234") });
  });

  it("takes an output of unknown shape by its name", () => {
    const output = info("image_embeds", "float32");
    expect(findVisionSignature(graph([pixels], [output])).embedding).toEqual(output);
  });

  it("never takes a pooled state before the projection as the embedding, except for SigLIP", () => {
    const outputs = [info("last_hidden_state", "float32", "n", 50, 768), embedding("pooler_output")];
    expect(() => findVisionSignature(graph([pixels], outputs))).toThrow(
      /no output can be the image embedding; the graph's outputs: last_hidden_state float32 \(n, 50, 768\), pooler_output float32 \(n, 512\); name it in a shiftline.json as vision.output/,
    );
    expect(findVisionSignature(graph([pixels], outputs), NO_HINTS, true).embedding.name).toBe("pooler_output");
  });

  it("refuses two candidate outputs, and follows a hint", () => {
    const outputs = [embedding("a"), embedding("b")];
    expect(() => findVisionSignature(graph([pixels], outputs))).toThrow(
      /more than one output can be the image embedding/,
    );
    expect(findVisionSignature(graph([pixels], outputs), { ...NO_HINTS, output: "b" }).embedding.name).toBe("b");
    expect(() => findVisionSignature(graph([pixels], outputs), { ...NO_HINTS, output: "c" })).toThrow(
      /shiftline.json names vision.output "c", which the graph does not have; its outputs: a float32/,
    );
  });

  it("refuses pixels of another type or layout", () => {
    const bytes = info("image", "int8", "n", 3, 224, 224);
    expect(() => findVisionSignature(graph([bytes], [embedding("image_embeds")]))).toThrow(
      /input image int8 \(n, 3, 224, 224\): expected float32, float16, float64 or uint8 pixels/,
    );
    const channelsLast = info("image", "float32", "n", 224, 224, 4);
    expect(() => findVisionSignature(graph([channelsLast], [embedding("image_embeds")]))).toThrow(
      /expected \(n, 3, height, width\) or \(n, height, width, 3\)/,
    );
  });
});

describe("findTextSignature", () => {
  it("takes the ids, and the mask, positions and types that go with them", () => {
    const positions = info("position_ids", "int64", 1, "length");
    const types = info("token_type_ids", "int64", "n", "length");
    const ports = findTextSignature(graph([mask, ids, positions, types], [embedding("text_embeds")]));
    expect(ports).toEqual({
      ids,
      attentionMask: mask,
      positionIds: positions,
      tokenTypeIds: types,
      embedding: embedding("text_embeds"),
    });
  });

  it("does not take the other tower's outputs in a graph with both", () => {
    const outputs = [
      info("logits_per_image", "float32", "n", "m"),
      info("logits_per_text", "float32", "m", "n"),
      embedding("text_embeds"),
      embedding("image_embeds"),
    ];
    expect(findTextSignature(graph([ids, pixels, mask], outputs)).embedding.name).toBe("text_embeds");
    expect(findVisionSignature(graph([ids, pixels, mask], outputs)).embedding.name).toBe("image_embeds");
  });

  it("identifies a mask by the name in shiftline.json", () => {
    const unknownInput = info("not_padding", "int64", "n", "length");
    const inputs = graph([ids, unknownInput], [embedding("text_embeds")]);
    expect(
      findTextSignature(inputs, { ...NO_HINTS, input: "input_ids", attentionMask: "not_padding" }).attentionMask,
    ).toEqual(unknownInput);
    expect(() => findTextSignature(inputs, { ...NO_HINTS, attentionMask: "gone" })).toThrow(
      /text.attentionMask "gone"/,
    );
  });
});

describe("refuseOtherInputs", () => {
  it("names every unknown input", () => {
    const inputs = graph([ids, info("past_key_values", "float32", "n", 12), mask], [embedding("text_embeds")]);
    const text = findTextSignature(inputs);
    expect(() => refuseOtherInputs(inputs, null, text)).toThrow(
      /an input that shiftline cannot feed: past_key_values float32 \(n, 12\)/,
    );
    expect(() => refuseOtherInputs(graph([ids, mask], []), null, text)).not.toThrow();
  });
});
