import { expect, it } from "vitest";
import { createRecentCache } from "../../../src/data/sources/recent-cache.ts";

it("keeps recently used results as far as they fit, the last one regardless of its weight, and computes no kept result again", async () => {
  const made: string[] = [];
  const cache = createRecentCache<string, number>(10, (weight) => weight);
  const get = (key: string, weight: number) =>
    cache.get(key, async () => {
      made.push(key);
      return weight;
    });
  expect(await Promise.all([get("a", 4), get("a", 4), get("b", 4)])).toEqual([4, 4, 4]);
  await get("a", 4);
  await get("c", 5); // b was used before a
  await get("a", 4);
  expect(made.join("")).toBe("abc");
  await get("large", 50);
  await get("large", 50);
  await get("a", 4);
  expect(made.join("")).toBe("abclargea");
  await expect(cache.get("fails", () => Promise.reject(new Error("once")))).rejects.toThrow("once");
  expect(await cache.get("fails", async () => 1)).toBe(1);
});
