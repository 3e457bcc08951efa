// What a Markdown file links to and which anchors its headings have, by GitHub's rules; for the link check and the documentation site.

/** A link, an image or a reference definition of a Markdown file. */
export interface MarkdownLink {
  /** as written, without the title */
  readonly target: string;
  /** offset of the target in the file's text */
  readonly at: number;
  /** from 1 */
  readonly line: number;
  /** shown in place, not followed by the reader */
  readonly isImage: boolean;
}

/** Markdown links and images, `[name]: target` definitions, `<https://…>`, and `href`, `src` and `srcset` of HTML tags. Targets have no spaces. */
const LINK =
  /(!?)\[(?:[^[\]]|\[[^[\]]*\])*\]\(<?(?<inline>[^)\s>]+)>?(?:\s+"[^"]*")?\)|^ {0,3}\[[^\]^]+\]:\s+(?<defined>\S+)|<[a-z][^<>]*?\s(?<name>href|src|srcset)="(?<attribute>[^"]+)"|<(?<automatic>https?:[^\s>]+)>/gm;

/**
 * @param text a Markdown file
 * @returns its links in order; those in code and in comments are not links
 */
export function markdownLinks(text: string): MarkdownLink[] {
  const visible = withoutCode(text);
  const found: MarkdownLink[] = [];
  const add = (match: RegExpMatchArray): void => {
    const { inline, defined, name, attribute, automatic } = match.groups ?? {};
    const target = (inline ?? defined ?? attribute ?? automatic) as string;
    const at = (match.index as number) + match[0].lastIndexOf(target);
    const line = text.slice(0, at).split("\n").length;
    found.push({
      target,
      at,
      line,
      isImage: match[1] === "!" || name === "src" || name === "srcset",
    });
  };
  for (const match of visible.matchAll(LINK)) {
    add(match);
    // An image inside a link's text: [![alt](image)](target)
    const inside = match[0].slice(1);
    if (match[1] === "" && match.groups?.inline !== undefined && inside.includes("![")) {
      for (const image of inside.matchAll(LINK)) {
        image.index += (match.index as number) + 1;
        add(image);
      }
    }
  }
  return found.sort((a, b) => a.at - b.at);
}

/**
 * @param text a Markdown file
 * @returns the anchors of its headings and of its HTML elements with an id or a name; the second heading of a name ends in `-1`
 */
export function markdownAnchors(text: string): Set<string> {
  const anchors = new Set<string>();
  const blocks = withoutCode(text, { keepInline: true });
  for (const [, heading] of blocks.matchAll(/^ {0,3}#{1,6}[ \t]+(.+?)[ \t]*#*$/gm)) {
    const anchor = githubAnchor(plainText(heading as string));
    let unique = anchor;
    for (let i = 1; anchors.has(unique); i++) unique = `${anchor}-${i}`;
    anchors.add(unique);
  }
  for (const [, id] of blocks.matchAll(/<[a-z][^<>]*\s(?:id|name)="([^"]+)"/g)) anchors.add(id as string);
  return anchors;
}

/** The first heading as plain text. */
export function markdownTitle(text: string): string | undefined {
  const heading = /^#[ \t]+(.+?)[ \t]*#*$/m.exec(withoutCode(text, { keepInline: true }))?.[1];
  return heading === undefined ? undefined : plainText(heading);
}

/**
 * @param heading plain text
 * @returns GitHub's anchor: lower case, punctuation removed, each space a hyphen
 */
export function githubAnchor(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replaceAll(" ", "-");
}

/** A heading without the marks of code, emphasis and links. */
function plainText(heading: string): string {
  return heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/(\*\*|__|\*|`)(.+?)\1/g, "$2")
    .replace(/<[^>]*>/g, "");
}

/** The text with code and comments as spaces, so that offsets and lines stay. */
function withoutCode(text: string, { keepInline = false } = {}): string {
  const blank = (part: string) => part.replace(/[^\n]/g, " ");
  const blocks = text
    .replace(/^( {0,3})(`{3,}|~{3,})[^\n]*\n[\s\S]*?^ *\2[`~]* *$/gm, blank)
    .replace(/<!--[\s\S]*?-->/g, blank);
  return keepInline ? blocks : blocks.replace(/(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, blank);
}
