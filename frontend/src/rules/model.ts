// The rule form's data as the server gives and takes it.

export type Plain = string | number | boolean;
export type Value = Plain | Plain[] | null;

export interface Condition {
  type: "condition";
  op: string;
  field: string;
  value: Value;
  given: Record<string, Plain>;
}

export interface Group {
  type: "group";
  kind: "all" | "any";
  parts: Part[];
}

export type Part = Condition | Group;

export interface Action {
  function: string;
  given: Record<string, Plain>;
}

export interface RuleForm {
  name: string;
  description: string;
  conditions: Part[];
  actions: Action[];
  shared_with: string[];
}

export interface Field {
  name: string;
  type: string;
  doc: string;
  examples: string[];
}

export interface Path {
  path: string;
  type: string;
  examples: string[];
  name: string; // what it would be called
}

export interface Operator {
  key: string;
  label: string;
  types: string[];
  value: "none" | "any" | "text" | "number" | "many";
  function: boolean;
  extras: { name: string; kind: string; label: string }[];
  choices: string;
}

export interface ActionKind {
  name: string;
  label: string;
  fields: { name: string; kind: string; label: string; required: boolean; choices: string }[];
}

export interface FormAnswer {
  rules: string[];
  form: RuleForm | null;
  beyond: string;
  line: number;
  fields: Field[];
  paths: Path[];
  operators: Operator[];
  actions: ActionKind[];
  choices: Record<string, { value: string; detail: string }[]>;
  counters: boolean;
}

export type Fresh =
  | { kind: "field"; name: string; type: string; path: string }
  | { kind: "counter"; name: string; function: string; by: string[]; span: string; of: string; max: number };

/** `Optional[str]` -> `str`, `List[str]` -> `List`; "" where it is not known. */
export function base(type: string): string {
  const inner = /^Optional\[(.*)\]$/.exec(type)?.[1] ?? type.replace(/ ?\| ?None$/, "");
  return inner.split("[")[0] ?? "";
}

export function optional(type: string): boolean {
  return type.startsWith("Optional[") || type.endsWith("| None");
}

/** The operators that make sense for a field; functions take no value that may be missing. */
export function suits(operator: Operator, type: string): boolean {
  const kind = base(type);
  if (operator.function && optional(type)) return false;
  if (kind === "" || kind === "Any") return true;
  if (operator.types.includes("")) return kind !== "Rule";
  return operator.types.includes(kind);
}

/** What was typed as a value of the kind asked for; texts that look like numbers are texts where the field is one. */
export function read(text: string, kind: Operator["value"], type: string): Value {
  const numeric = kind === "number" || (kind !== "text" && ["int", "float"].includes(base(type)));
  const one = (word: string): Plain => (numeric && word.trim() !== "" && Number.isFinite(Number(word)) ? Number(word) : word);
  if (kind === "none") return null;
  if (kind === "many") return text.split("\n").map((line) => line.trim()).filter(Boolean).map(one);
  if (kind === "any" && base(type) === "bool") return text === "true";
  return one(text);
}

export function show(value: Value): string {
  if (value === null) return "";
  return Array.isArray(value) ? value.map(String).join("\n") : String(value);
}
