import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { onnxRuntimeVersion } from "../../../src/model/onnx/onnx-runtime.ts";
import { chooseRuntime, type RuntimeKind, runtimeKey } from "../../../src/model/onnx/runtime.ts";

describe("a runtime", () => {
  it("is cpu and float32 by default", () => {
    const usual = { provider: "cpu", precision: "float32" };
    expect(chooseRuntime()).toEqual(usual);
    expect(chooseRuntime({ provider: "cpu" })).toEqual(usual);
    expect(chooseRuntime({ precision: "float32" })).toEqual(usual);
  });

  it("is refused for an unknown provider or precision", () => {
    const choose = (asked: unknown) => () => chooseRuntime(asked as Partial<RuntimeKind>);
    expect(choose({ provider: "cuda" })).toThrow(new InputError('unknown provider "cuda"; known: cpu'));
    expect(choose({ precision: "int8" })).toThrow(new InputError('unknown precision "int8"; known: float32'));
  });

  it("adds nothing to a key for cpu and float32, so that earlier keys remain valid", () => {
    expect(runtimeKey(chooseRuntime())).toEqual([]);
    expect(runtimeKey({ provider: "cuda", precision: "float16" } as unknown as RuntimeKind)).toEqual([
      "cuda",
      "float16",
    ]);
  });
});

describe("onnxRuntimeVersion", () => {
  it("is that of the package", () => {
    expect(onnxRuntimeVersion()).toMatch(/^\d+\.\d+\.\d+/);
  });
});
