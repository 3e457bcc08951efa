/** What a manifest is made of. */
export type YamlValue =
  | string
  | number
  | boolean
  | readonly YamlValue[]
  | { readonly [key: string]: YamlValue | undefined };

/** Keys that need no quotes: names of the Kubernetes API, not words that YAML takes for values. */
const PLAIN_KEY = /^[A-Za-z][\w./-]*$/;
/** Printable in JSON's eyes but not in YAML's. */
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff]/g;

/**
 * Writes a value as YAML. Every text is in double quotes with JSON's escapes, which YAML 1.1 and 1.2 read alike, so that
 * nothing turns into a number, a date or a boolean. Members that are undefined are left out.
 */
export function formatYaml(value: YamlValue): string {
  return `${lines(value).join("\n")}\n`;
}

function lines(value: YamlValue): string[] {
  if (typeof value !== "object") return [scalar(value)];
  if (Array.isArray(value)) {
    return value.length === 0
      ? ["[]"]
      : value.flatMap((one) => lines(one).map((line, i) => (i === 0 ? `- ${line}` : `  ${line}`)));
  }
  const members = Object.entries(value).filter((entry): entry is [string, YamlValue] => entry[1] !== undefined);
  if (members.length === 0) return ["{}"];
  return members.flatMap(([key, one]) => {
    const name = PLAIN_KEY.test(key) ? key : scalar(key);
    const inner = lines(one);
    const isInline = typeof one !== "object" || inner[0] === "[]" || inner[0] === "{}";
    return isInline ? [`${name}: ${inner[0]}`] : [`${name}:`, ...inner.map((line) => `  ${line}`)];
  });
}

function scalar(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value).replace(UNPRINTABLE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
