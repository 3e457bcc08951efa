import { describe, expect, it } from "vitest";
import { openFlights } from "../../../src/evaluation/embedding/flights.ts";

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe("flights", () => {
  it("are never more than allowed, and all have landed at the end", async () => {
    const flights = openFlights(3);
    let active = 0;
    let most = 0;
    let landed = 0;
    for (let i = 0; i < 20; i++) {
      await flights.start(async () => {
        most = Math.max(most, ++active);
        await pause(1 + ((i * 7) % 5));
        active--;
        landed++;
      });
    }
    await flights.land();
    expect([most, landed, active]).toEqual([3, 20, 0]);
  });

  it("pass on the first failure, after the others have landed", async () => {
    const flights = openFlights(2);
    let landed = 0;
    await flights.start(async () => {
      await pause(20);
      landed++;
    });
    await flights.start(() => Promise.reject(new Error("disk full")));
    await pause(1);
    await expect(flights.start(async () => {})).rejects.toThrow("disk full");
    await expect(flights.land()).rejects.toThrow("disk full");
    expect(landed).toBe(1);
  });
});
