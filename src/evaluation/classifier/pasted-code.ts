/** A problem of a prompt line or a class name. */
export interface TextProblem {
  /** description, such as `a quote at both ends` */
  readonly reason: string;
  /** suggested text, if known */
  readonly fix: string | null;
}

/** Opening quotation marks and the matching closing ones. */
const QUOTES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ["`", "`"],
  ["“", "”"],
  ["‘", "’"],
  ["«", "»"],
  ["„", "“"],
]);
const OPEN = `["'\`“‘«„]`;
const CLOSE = `["'\`”’»“]`;
/** Start of a Python or JavaScript string, with optional prefixes such as `r` and `f`. */
const STRING = `(?:${OPEN}|[rRbBuUfF]{1,2}["'])`;

/** Syntax around a text in code and lists, from the outside in. */
const WRAPPERS: readonly (readonly [RegExp, string])[] = [
  [/^(?:[-*+•◦▪▫‣⁃●○■□·–—→➢✓]\s+|[•◦▪▫‣⁃●○■□➢]|>\s+|\|\s*)/, "a bullet"],
  [/^(?:[([]?\d+[.):\]]+\s+|\d+\s*\t\s*|\d+,\s*(?!\d)|\d+\s+[-–—]\s+|[a-zA-Z]\)\s+)/, "a number before it"],
  [new RegExp(`^(?:(?:const|let|var)\\s+)?[\\w.]+\\s*=\\s*(?=[[(]|${STRING})`), "a name before it"],
  [new RegExp(`^(["'])[^"']*\\1\\s*:\\s*(?=\\[|${STRING})`), "a name before it"],
  [/^\w+\s*:\s*(?=(["'`]).*\1\s*,$)/, "a name before it"],
  [/^lambda\s+\w+\s*:\s*/, "a lambda"],
  [/^\(?\s*\w+\s*\)?\s*=>\s*/, "a lambda"],
  [new RegExp(`^[[({]+\\s*(?=(?:${STRING}|lambda\\b).*${CLOSE}[\\s,;\\])}]*$)`), "a bracket"],
  [/^(?:[rRbBuUfF]{1,2}|String\.raw)(?=["'`])/, "a string prefix"],
];
const AFTER_STRING = new RegExp(`(?<=${CLOSE})[\\s,;\\])}]*(?:#\\s.*|//.*)?$`);
const COMMENT = /^(?:#+\s|#!|\/\/|--\s|<!--|\/\*|"""|''')/;
/** Invisible characters, which change the tokens. */
const INVISIBLE = /[^\P{Cc}\t]|[\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffc\ufffd]/gu;
const ESCAPE = /\\(?:["'`ntr\\]|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})/;
/** Maximum number of layers removed; real texts are not nested deeper. */
const MAX_LAYERS = 8;

/**
 * Detects a line pasted from code, a list or a web page, whose surrounding syntax would become part of the text: quotes
 * at both ends, a comma after them, bullets, numbers, brackets, string prefixes, lambdas, comments, invisible
 * characters. Quotes that belong to the text are accepted: `"{}" written on a sign.`
 *
 * @param line line without leading or trailing white space
 */
export function pastedProblem(line: string): TextProblem | null {
  const invisible = line.match(INVISIBLE)?.[0];
  if (invisible !== undefined) {
    const code = (invisible.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");
    return { reason: `the invisible character U+${code}`, fix: line.replaceAll(INVISIBLE, "") };
  }
  if (COMMENT.test(line)) return { reason: "a comment", fix: null };
  let text = line;
  const reasons: string[] = [];
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    const found = outerLayer(text);
    if (found === null) break;
    reasons.push(found.reason);
    text = found.text.trim();
  }
  if (reasons.length > 0) return { reason: [...new Set(reasons)].join(", "), fix: text === "" ? null : text };
  if (ESCAPE.test(line)) return { reason: "a backslash escape", fix: withoutEscapes(line) };
  return line.includes("\t") ? { reason: "a tab", fix: null } : null;
}

/** Finds the outermost layer of syntax around a text, and the text without it. */
function outerLayer(text: string): { readonly reason: string; readonly text: string } | null {
  for (const [pattern, reason] of WRAPPERS) {
    const rest = text.replace(pattern, "");
    if (rest !== text) return { reason, text: text.startsWith("|") ? rest.replace(/\s*\|$/, "") : rest };
  }
  const bare = text.replace(AFTER_STRING, "");
  const after = text.slice(bare.length);
  const close = QUOTES.get(text.charAt(0));
  if (
    close !== undefined &&
    (isString(bare, close) || (/[,;]/.test(after) && bare.length > 1 && bare.endsWith(close)))
  ) {
    const what = after === "" ? "a quote at both ends" : "a quote at both ends and a comma or bracket after it";
    return { reason: what, text: withoutEscapes(bare.slice(1, -1)) };
  }
  if (after !== "" && isUnbalanced(text)) return { reason: "a quote and a comma after it", text: bare.slice(0, -1) };
  if (close !== undefined && close !== "'" && close !== "’" && isUnbalanced(text)) {
    return { reason: "a quote before it", text: text.slice(1) };
  }
  return /[.!?]\s*[,;]+$/.test(text) ? { reason: "a comma after it", text: text.replace(/\s*[,;]+$/, "") } : null;
}

/** Whether the text is a single quoted string: its content contains no closing quote. */
function isString(text: string, close: string): boolean {
  if (text.length < 3 || !text.endsWith(close)) return false;
  const content = text.slice(1, -1).replaceAll(/\\./g, "");
  // An apostrophe inside a word does not end a string
  if (close === "'" || close === "’") return !/(?<![\p{L}\p{N}}])['‘’]|['’](?![\p{L}\p{N}])/u.test(content);
  return !content.includes(text.charAt(0)) && !content.includes(close);
}

/** Whether a quote is unmatched; apostrophes are not counted. */
function isUnbalanced(text: string): boolean {
  const bare = text.replaceAll(/\\./g, "");
  const isOdd = (quotes: RegExp) => (bare.match(quotes)?.length ?? 0) % 2 === 1;
  return isOdd(/"/g) || isOdd(/`/g) || isOdd(/[“”„]/g) || isOdd(/[«»]/g);
}

function withoutEscapes(text: string): string {
  return text.replaceAll(/\\(["'`\\])/g, "$1");
}
