import { describe, expect, it } from "vitest";
import { parseOnce } from "../../../src/foundation/files/parse-once.ts";

describe("a parser that remembers", () => {
  it("parses only changed content and other files again", () => {
    const parsed: string[] = [];
    const parse = parseOnce((text, where) => {
      parsed.push(`${where} ${text}`);
      return { text, where };
    });
    const first = parse("1", "a");
    expect(parse("1", "a")).toBe(first);
    expect(parse("1", "b")).toEqual({ text: "1", where: "b" });
    expect(parse("2", "a")).toEqual({ text: "2", where: "a" });
    expect(parse("1", "a")).toEqual(first);
    expect(parsed).toEqual(["a 1", "b 1", "a 2", "a 1"]);
  });

  it("remembers no failure", () => {
    let calls = 0;
    const parse = parseOnce(() => {
      calls += 1;
      throw new Error("no");
    });
    expect(() => parse("1", "a")).toThrow("no");
    expect(() => parse("1", "a")).toThrow("no");
    expect(calls).toBe(2);
  });

  it("keeps the latest 32 texts, and none of more than 2^20 characters", () => {
    let calls = 0;
    const parse = parseOnce((text) => {
      calls += 1;
      return text.length;
    });
    for (let i = 0; i < 33; i++) parse("1", String(i));
    for (let i = 1; i < 33; i++) parse("1", String(i));
    expect(calls).toBe(33);
    parse("1", "0");
    expect(calls).toBe(34);
    const long = "1".repeat((1 << 20) + 1);
    parse(long, "long");
    parse(long, "long");
    expect(calls).toBe(36);
  });
});
