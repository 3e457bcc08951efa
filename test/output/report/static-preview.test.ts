import { describe, expect, it } from "vitest";
import { chooseFocus, NO_FOCUS } from "../../../src/analysis/robustness/focus.ts";
import { formatStaticPreview } from "../../../src/output/report/static-preview.ts";
import { zooStudy } from "../figures/samples.ts";

describe("what is shown of a report before its program runs", () => {
  it("is about the checkpoints in focus", async () => {
    const study = await zooStudy();
    const checkpoints = [...new Set(study.accuracies.map(({ checkpoint }) => checkpoint))].sort();
    const about = { title: "A title", checkpoints, runs: [] };
    const focus = chooseFocus([{ origin: "published", checkpoints }], ["roberta-ViT-B-32*"]);
    const beside = await formatStaticPreview({ ...about, focus }, study);
    expect(beside).toContain(`<h1>1 checkpoint and ${checkpoints.length - 1} others</h1>`);
    expect(beside.match(/<p>[^<]+: [\d.]+ points/g)).toHaveLength(1);
    expect(beside).toMatch(/<p>roberta-ViT-B-32\/laion2b_s12b_b32k: /);
    expect(beside).toContain('class="checkpoints context"');
    const alone = await formatStaticPreview({ ...about, focus: NO_FOCUS }, study);
    expect(alone).toContain(`<h1>${checkpoints.length} checkpoints</h1>`);
    expect(alone.match(/<p>[^<]+: [\d.]+ points/g)).toHaveLength(5);
    expect(alone.slice(0, alone.indexOf("<figure"))).not.toContain("EXTRAPOLATED");
  });
});
