import { describe, expect, it } from "vitest";
import { createLimiter } from "../../../src/evaluation/embedding/limiter.ts";

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe("createLimiter", () => {
  it("runs no more tasks at once than allowed, and all are done at the end", async () => {
    const limiter = createLimiter(3);
    let active = 0;
    let most = 0;
    let done = 0;
    for (let i = 0; i < 20; i++) {
      await limiter.add(async () => {
        most = Math.max(most, ++active);
        await pause(1 + ((i * 7) % 5));
        active--;
        done++;
      });
    }
    await limiter.drain();
    expect([most, done, active]).toEqual([3, 20, 0]);
  });

  it("throws the first failure, after the other tasks are done", async () => {
    const limiter = createLimiter(2);
    let done = 0;
    await limiter.add(async () => {
      await pause(20);
      done++;
    });
    await limiter.add(() => Promise.reject(new Error("disk full")));
    await pause(1);
    await expect(limiter.add(async () => {})).rejects.toThrow("disk full");
    await expect(limiter.drain()).rejects.toThrow("disk full");
    expect(done).toBe(1);
  });
});
