import type { JSX } from "preact";
import { type Note, warningsAbout } from "../../../foundation/notes.ts";
import { markWarnings, WARNING_MARK } from "../../tables/warning-marks.ts";
import type { ReportResult } from "../report-data.ts";

/** Returns the texts of the warnings about a result. */
export function resultWarnings(warnings: readonly Note[], result: ReportResult): string[] {
  return warningsAbout(warnings, result);
}

/** Marks a figure that has warnings; a tooltip shows them. */
export function WarningMark({ texts }: { readonly texts: readonly string[] }): JSX.Element | null {
  if (texts.length === 0) return null;
  return (
    <b class="flag" title={texts.join("; ")}>
      {WARNING_MARK}
    </b>
  );
}

/** Lists the warnings below a table with marked figures. */
export function WarningList({ warnings }: { readonly warnings: readonly Note[] }): JSX.Element | null {
  const { footnotes } = markWarnings(warnings);
  if (footnotes.length === 0) return null;
  const list = (
    <ul class="notes">
      {footnotes.map((text) => (
        <li key={text} class="warning">
          {text}
        </li>
      ))}
    </ul>
  );
  if (footnotes.length === 1) return list;
  return (
    <details class="notes">
      <summary>{footnotes.length} warnings about marked figures</summary>
      {list}
    </details>
  );
}
