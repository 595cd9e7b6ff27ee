// How the editor looks: the console's own colours and type, in both themes.
import { EditorView } from "@codemirror/view";

export const look = EditorView.theme({
  "&": { backgroundColor: "var(--surface)", color: "var(--ink)", fontSize: "var(--text-s)", border: "1px solid var(--line-strong)", borderRadius: "var(--radius-small)" },
  "&.cm-focused": { outline: "2px solid var(--accent-ink)", outlineOffset: "-1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", minHeight: "18rem", maxHeight: "70vh", borderRadius: "inherit" },
  ".cm-content": { padding: "0.5rem 0", caretColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--ink-3)", borderInlineEnd: "1px solid var(--line)" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--hover) 60%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--hover)", color: "var(--ink)" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-soft)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)", outline: "1px solid var(--line-strong)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--red-soft)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--red)", textDecorationSkipInk: "none", textUnderlineOffset: "3px", backgroundColor: "var(--red-soft)" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--amber)", textDecorationSkipInk: "none", textUnderlineOffset: "3px" },
  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--ink)", border: "1px solid var(--line-strong)", borderRadius: "var(--radius-small)", boxShadow: "var(--shadow-2)", maxWidth: "min(34rem, 92vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "16rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.1875rem 0.5rem", lineHeight: "1.5" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent-soft)", color: "var(--ink)" },
  ".cm-completionDetail": { color: "var(--ink-3)", fontStyle: "normal", marginInlineStart: "0.75rem" },
  ".cm-completionIcon": { color: "var(--ink-3)", opacity: "1", width: "1.25em" },
  ".cm-completionInfo": { padding: "0.5rem 0.75rem", whiteSpace: "pre-wrap", fontFamily: "var(--font)", maxWidth: "22rem" },
  ".cm-diagnostic": { padding: "0.375rem 0.75rem", fontFamily: "var(--font)", whiteSpace: "normal" },
  ".cm-diagnostic-error": { borderInlineStart: "3px solid var(--red)" },
  ".cm-diagnostic-warning": { borderInlineStart: "3px solid var(--amber)" },
  ".cm-snippetField": { backgroundColor: "var(--accent-soft)" },
});
