import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { OpenClipTimmConfig } from "../../../src/model/architectures/open-clip-config.ts";
import { timmVit } from "../../../src/model/architectures/timm-vit.ts";
import { timmVits } from "../../../src/model/architectures/timm-vits.ts";
import { fixtures } from "../../helpers.ts";
import { recordTensors } from "./record-tensors.ts";

/** The committed script's list of open_clip's towers at full depth. */
interface TowerDigest {
  readonly embed_dim: number;
  readonly timm_model_name: string;
  readonly image_size: number;
  readonly timm_pool: OpenClipTimmConfig["pool"];
  readonly timm_proj: OpenClipTimmConfig["projection"];
  readonly tensors: number;
  readonly sha256: string;
}

const { towers } = JSON.parse(readFileSync(join(fixtures, "architectures/timm-shapes.json"), "utf8")) as {
  towers: Readonly<Record<string, TowerDigest>>;
};

const SIGLIP: OpenClipTimmConfig = {
  kind: "timm",
  model: "vit_base_patch16_siglip_224",
  imageSize: { height: 224, width: 224 },
  pool: "map",
  projection: "none",
  projectionBias: false,
};
const MOBILE: OpenClipTimmConfig = { ...SIGLIP, model: "vit_base_mci_224", pool: "token", projection: null };

const take = (config: OpenClipTimmConfig, embeddingWidth = 768) =>
  timmVit(recordTensors(), config, embeddingWidth, "open_clip_config.json");

describe("timmVit", () => {
  it.each(Object.entries(towers))("takes every tensor of %s, with timm's shapes", (_, tower) => {
    const tensors = recordTensors();
    const config: OpenClipTimmConfig = {
      kind: "timm",
      model: tower.timm_model_name,
      imageSize: { height: tower.image_size, width: tower.image_size },
      pool: tower.timm_pool,
      projection: tower.timm_proj,
      projectionBias: false,
    };
    timmVit(tensors, config, tower.embed_dim, "config");
    const lines = [...tensors.taken].map(([name, shape]) => `${name}[${shape}]`).sort();
    expect(lines).toHaveLength(tower.tensors);
    expect(createHash("sha256").update(lines.join("\n")).digest("hex")).toBe(tower.sha256);
  });

  it("supports every listed network", () => {
    expect([...new Set(Object.values(towers).map(({ timm_model_name }) => timm_model_name))].sort()).toEqual(
      Object.keys(timmVits()).sort(),
    );
  });

  it("refuses a network of timm that the table lacks, by name", () => {
    expect(() => take({ ...SIGLIP, model: "vit_base_patch16_224" })).toThrow(
      /open_clip_config\.json: vision_cfg\.timm_model_name vit_base_patch16_224 is not supported yet; export it .*; supported networks of timm: vit_base_mci_224, /,
    );
    expect(() => take({ ...SIGLIP, model: "constructor" })).toThrow(/constructor is not supported/);
  });

  it("refuses an image size for which timm does not build the network", () => {
    expect(() => take({ ...SIGLIP, imageSize: { height: 256, width: 224 } })).toThrow(
      /image_size is 256 × 224, but timm builds vit_base_patch16_siglip_224 for 224 × 224/,
    );
  });

  it("refuses what open_clip cannot build: poolings that the network lacks, and no pooling", () => {
    expect(() => take({ ...MOBILE, pool: "map" })).toThrow(/timm_pool "map" is supported only as .* "token"/);
    expect(() => take({ ...SIGLIP, pool: "token" })).toThrow(/timm_pool "token": .* has no class token/);
    expect(() => take({ ...SIGLIP, pool: "" })).toThrow(/timm_pool "" is not supported without timm_proj "linear"/);
    expect(() => take({ ...SIGLIP, pool: "avgmax" })).toThrow(/timm_pool "avgmax" is not supported/);
  });

  it("refuses an MLP as projection, and no projection to another size", () => {
    expect(() => take({ ...SIGLIP, projection: "mlp" })).toThrow(/timm_proj "mlp" is not supported/);
    expect(() => take(SIGLIP, 512)).toThrow(/timm_proj "none" results in 768 numbers, but embed_dim is 512/);
  });

  it("puts the last norm where timm does: after the average only if the network is built with it", () => {
    const place = (config: OpenClipTimmConfig) => take(config).postNorm?.place;
    expect(place(SIGLIP)).toBe("before-pooling");
    expect(place({ ...SIGLIP, pool: "avg" })).toBe("after-pooling");
    expect(place({ ...SIGLIP, pool: "avg", projection: "linear" })).toBe("before-pooling");
    expect(place({ ...MOBILE, pool: "avg" })).toBe("after-pooling");
  });
});
