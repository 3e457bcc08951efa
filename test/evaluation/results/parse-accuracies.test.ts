import { describe, expect, it } from "vitest";
import { listBaselines, readBaseline } from "../../../src/analysis/robustness/read-baseline.ts";
import { mergeRows } from "../../../src/evaluation/results/accuracy-row.ts";
import { parseAccuracies } from "../../../src/evaluation/results/parse-accuracies.ts";
import { noteLines } from "../../note-lines.ts";

const HEADER = "checkpoint,benchmark,protocol,templates,class_names,metric,value,n,expected_n\n";
const parse = (text: string) => parseAccuracies(text, "a.csv");

describe("accuracies from CSV", () => {
  it("are read from accuracies.csv, top-1 only, and from a baseline's columns", () => {
    const parsed = parse(
      `${HEADER}a,imagenet,1000,openai-80,imagenet-openai,top1,0.5,50000,50000\na,imagenet,1000,,,top5,0.8,,\n`,
    );
    expect(parsed.rows).toEqual([
      {
        ...{
          checkpoint: "a",
          metric: "top1",
          group: "",
          benchmark: "imagenet",
          protocol: "1000",
          templates: "openai-80",
        },
        ...{ classNames: "imagenet-openai", accuracy: 0.5, n: 50000, expectedN: 50000, where: "a.csv: row 1" },
      },
    ]);
    const baseline = parse("model,group,benchmark,accuracy\nresnet,standard,imagenet-a,0\n").rows[0];
    expect(baseline).toMatchObject({ checkpoint: "resnet", group: "standard", protocol: "", accuracy: 0, n: null });
  });

  it("preserve names with commas, quotes, newlines and formulas", () => {
    const names = ['a,b "c"', "two\nlines", "=cmd|' /C calc'!A0", "ViT-B/32 – ü"];
    const quoted = names.map((name) => `"${name.replaceAll('"', '""')}",imagenet,0.5`).join("\n");
    expect(parse(`model,benchmark,accuracy\n${quoted}\n`).rows.map((row) => row.checkpoint)).toEqual(names);
  });

  it("skip a quality of another meaning, and name it", () => {
    const { rows, notes } = parse(
      "model,benchmark,accuracy,quality,instead\na,imagenet,0.5,high,\nb,imagenet,0.5,ok,\nc,imagenet,0.5,same-run,b\nd,imagenet,0.5,constructor,\n",
    );
    expect(rows.map(({ doubt }) => doubt)).toEqual([
      undefined,
      undefined,
      { quality: "same-run", instead: "b" },
      undefined,
    ]);
    expect(noteLines(notes)).toEqual([
      expect.stringMatching(/quality: ignored unknown values "high", "constructor"; known: wrong-act/),
    ]);
  });

  it("leave out rows with an empty accuracy and name them", () => {
    const { rows, notes } = parse("model,benchmark,accuracy\na,imagenet,0.5\na,imagenet-a,\nb,imagenet-a, \n");
    expect(rows).toHaveLength(1);
    expect(noteLines(notes)).toEqual([
      "a.csv: accuracy is empty, left out: a on imagenet-a (row 2), b on imagenet-a (row 3)",
    ]);
  });

  it.each([
    ["a missing column", "model,accuracy\na,0.5\n", /missing: benchmark \(found model, accuracy\)/],
    ["no column known", "x,y\n1,2\n", /missing: checkpoint \(or model\), benchmark, value \(or accuracy\)/],
    [
      "percent",
      "model,benchmark,accuracy\na,imagenet,63.3\n",
      /row 1: accuracy: .*found "63\.3"; it looks like percent: divide by 100/,
    ],
    ["a percent sign", "model,benchmark,accuracy\na,imagenet,63.3%\n", /found "63\.3%"; it looks like percent/],
    ["a word", "model,benchmark,accuracy\na,imagenet,NaN\n", /expected a fraction in \[0, 1\], found "NaN"$/],
    ["a negative value", "model,benchmark,accuracy\na,imagenet,-0.1\n", /found "-0\.1"$/],
    ["an empty name", "model,benchmark,accuracy\n,imagenet,0.1\n", /row 1: expected a name in model and in benchmark/],
    [
      "images that are no count",
      "model,benchmark,accuracy,n\na,imagenet,0.1,1.5\n",
      /row 1: n: expected a positive integer number/,
    ],
    ["a row too short", "model,benchmark,accuracy\na,imagenet\n", /not a CSV file/],
    ["only a header", "model,benchmark,accuracy\n", /found no row/],
    [
      "a column that appears twice",
      "model,benchmark,value,value\na,imagenet,0.5,0.99\n",
      /a\.csv: the column value appears twice; remove or rename one/,
    ],
    [
      "a second accuracy",
      "model,benchmark,value,accuracy\na,imagenet,0.5,0.99\n",
      /row 1: value is 0\.5, but accuracy is 0\.99; it is unknown which is right/,
    ],
    [
      "counts that make another accuracy",
      "model,benchmark,accuracy,correct,n\na,imagenet,0.99,55,100\n",
      /row 1: accuracy is 0\.99, but 55 of 100 images right are 0\.55/,
    ],
    [
      "a figure of evaluate's that was rounded otherwise",
      "checkpoint,benchmark,value,interval,correct,n\na,imagenet,0.56,clopper-pearson,555,1000\n",
      /value is 0\.56, but 555 of 1000/,
    ],
    [
      "another interval than its counts make",
      "checkpoint,benchmark,value,low,high,interval,correct,n\na,imagenet,0.5,0.49,0.51,clopper-pearson,5,10\n",
      /its interval is 0\.49 to 0\.51, but that of 5 of 10 images is 0\.187/,
    ],
    ["a lower bound above", "model,benchmark,accuracy,low\na,imagenet,0.5,0.6\n", /accuracy is 0\.5, but low is 0\.6/],
    [
      "an upper bound below",
      "model,benchmark,accuracy,high\na,imagenet,0.5,0.4\n",
      /accuracy is 0\.5, but high is 0\.4/,
    ],
    [
      "more right than images",
      "model,benchmark,accuracy,correct,n\na,imagenet,1,11,10\n",
      /correct: expected a whole number from 0 to 10, found "11"/,
    ],
    ["NaN as a bound", "model,benchmark,accuracy,low\na,imagenet,0.5,NaN\n", /low: expected a number, found "NaN"/],
    [
      "more images than there can be",
      "model,benchmark,accuracy,n\na,imagenet,0.5,1e12\n",
      /n: expected a positive integer number/,
    ],
    ["no top-1", "model,benchmark,metric,accuracy\na,imagenet,top5,0.5\n", /found no top-1 accuracy in 1 rows/],
  ])("refuse %s", (_, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it("may be rounded in a table from elsewhere, and may have unnamed and additional columns", () => {
    const rounded = parse(
      "model,benchmark,accuracy,correct,n,low,high,,\na,imagenet,0.6333,31667,50000,0.63,0.64,x,\n",
    );
    expect(rounded.rows).toMatchObject([{ accuracy: 0.6333, n: 50_000 }]);
    const both = parse("checkpoint,model,benchmark,value,accuracy\nmine,ViT-B-32,imagenet,0.63330,0.6333\n");
    expect(both.rows).toMatchObject([{ checkpoint: "mine", accuracy: 0.6333 }]);
  });

  it("are read from every shipped table", async () => {
    for (const id of await listBaselines()) expect((await readBaseline(id)).rows.length).toBeGreaterThan(50);
  });

  it("count once if repeated, and are refused if they disagree", () => {
    const rows = parse(`${HEADER}a,imagenet,1000,openai-80,x,top1,0.5,10,10\n`).rows;
    const contradictingRows = parseAccuracies(`${HEADER}a,imagenet,1000,openai-80,x,top1,0.6,10,10\n`, "b.csv").rows;
    expect(mergeRows([...rows, ...rows])).toEqual(rows);
    expect(() => mergeRows([...rows, ...contradictingRows])).toThrow(
      "a.csv: row 1 and b.csv: row 1: a (imagenet, 1000, openai-80, x) appears twice with different accuracy: 0.5 and 0.6; keep one of them",
    );
  });
});
