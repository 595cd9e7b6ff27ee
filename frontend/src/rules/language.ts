// The rule language for the editor: colours, brackets, indentation. Meaning comes from the server; this only reads the look of words.
import { HighlightStyle, LanguageSupport, StreamLanguage, type StringStream, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";

interface State {
  depth: number;
  triple: string;
  fresh: boolean; // at the beginning of a line
}

const WORDS = new Set(["and", "or", "not", "in"]);
const VALUES = new Set(["True", "False", "None"]);
const STATEMENTS = new Set(["Import", "Require", "WhenRules", "Rule"]);

function inTriple(stream: StringStream, state: State): string {
  if (stream.skipTo(state.triple)) {
    stream.match(state.triple);
    state.triple = "";
  } else stream.skipToEnd();
  return "string";
}

function word(stream: StringStream, state: State, effects: Set<string>, fresh: boolean): string {
  const name = stream.current();
  if (WORDS.has(name)) return "keyword";
  if (VALUES.has(name)) return "atom";
  if (stream.match(/^\s*\(/, false)) return STATEMENTS.has(name) ? "keyword" : effects.has(name) ? "effect" : "function";
  if (state.depth === 0 && fresh && stream.match(/^\s*[:=](?!=)/, false)) return "definition";
  if (state.depth > 0 && stream.match(/^\s*=(?!=)/, false)) return "argument";
  return "variableName";
}

export function smlLanguage(effectNames: string[]): LanguageSupport {
  const effects = new Set(effectNames);
  const language = StreamLanguage.define<State>({
    name: "sml",
    startState: () => ({ depth: 0, triple: "", fresh: true }),
    copyState: (state) => ({ ...state }),
    token(stream, state) {
      if (state.triple) return inTriple(stream, state);
      const fresh = stream.sol();
      if (stream.eatSpace()) return null;
      if (stream.match(/^#.*/)) return "comment";
      const opening = stream.match(/^[rRfFbBuU]{0,2}('''|""")/) as RegExpMatchArray | null;
      if (opening) {
        state.triple = opening[1] ?? "";
        return inTriple(stream, state);
      }
      if (stream.match(/^[rR]{0,1}[fFbBuU]{0,1}'(?:\\.|[^'\\])*'?/) || stream.match(/^[rRfFbBuU]{0,2}"(?:\\.|[^"\\])*"?/)) return "string";
      if (stream.match(/^[rRfFbBuU]{1,2}'(?:\\.|[^'\\])*'?/)) return "string";
      if (stream.match(/^\d[\d_]*\.?[\d_]*(?:[eE][+-]?\d+)?/)) return "number";
      if (stream.match(/^[\p{L}_][\p{L}\p{N}_]*/u)) return word(stream, state, effects, fresh);
      const sign = stream.next();
      if (sign && "([{".includes(sign)) state.depth++;
      if (sign && ")]}".includes(sign)) state.depth = Math.max(0, state.depth - 1);
      return sign && "([{)]},:".includes(sign) ? "punctuation" : "operator";
    },
    indent(state, after, context) {
      const closing = /^\s*[)\]}]/.test(after) ? 1 : 0;
      return Math.max(0, state.depth - closing) * context.unit;
    },
    languageData: {
      commentTokens: { line: "#" },
      closeBrackets: { brackets: ["(", "[", "{", "'", '"'] },
      indentOnInput: /^\s*[)\]}]$/,
    },
    tokenTable: {
      effect: tags.special(tags.function(tags.variableName)),
      function: tags.function(tags.variableName),
      definition: tags.definition(tags.variableName),
      argument: tags.propertyName,
    },
  });
  return new LanguageSupport(language, [indentUnit.of("  "), syntaxHighlighting(colours)]);
}

/** Colours are those of the console, so both themes work; every one has 4.5:1 on both grounds. */
const colours = HighlightStyle.define([
  { tag: tags.comment, color: "var(--ink-3)", fontStyle: "italic" },
  { tag: tags.string, color: "var(--green)" },
  { tag: tags.number, color: "var(--amber)" },
  { tag: tags.atom, color: "var(--amber)" },
  { tag: tags.keyword, color: "var(--violet)", fontWeight: "600" },
  { tag: tags.function(tags.variableName), color: "var(--accent-ink)" },
  { tag: tags.special(tags.function(tags.variableName)), color: "var(--red)", fontWeight: "600" },
  { tag: tags.definition(tags.variableName), color: "var(--ink)", fontWeight: "700" },
  { tag: tags.propertyName, color: "var(--ink-2)" },
  { tag: tags.variableName, color: "var(--ink)" },
  { tag: [tags.operator, tags.punctuation], color: "var(--ink-2)" },
]);
