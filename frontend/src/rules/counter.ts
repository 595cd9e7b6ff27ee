// A new counter, filled in: what is counted, by what, over how long. It becomes a named field of the rules.
import { type FormAnswer, base } from "./model";
import { button, choice, input } from "./widgets";

export interface CounterDraft {
  function: "Count" | "CountUnique" | "RateLimited";
  by: string;
  of: string;
  span: string;
  max: number;
}

type Say = (name: string, value?: string) => string;

export function counterBox(answer: FormAnswer, say: Say, use: (draft: CounterDraft) => void, leave: () => void): HTMLElement {
  const box = document.createElement("li");
  box.className = "rule-form-row";
  const keys = [
    { label: say("named"), options: answer.fields.filter((each) => !["bool", "Rule", "List"].includes(base(each.type))).map((each) => ({ value: each.name, label: each.name })) },
    { label: say("seen"), options: answer.paths.filter((each) => base(each.type) !== "List").map((each) => ({ value: each.path, label: each.path })) },
  ];
  const first = answer.fields.find((each) => base(each.type) === "Entity")?.name ?? keys[0]?.options[0]?.value ?? "";
  const draft: CounterDraft = { function: "Count", by: first, of: keys[0]?.options[0]?.value ?? "", span: "1h", max: 5 };
  let amount = 1;
  let unit = "h";
  const span = (): void => {
    draft.span = `${Math.max(1, Math.round(amount))}${unit}`;
  };
  const words = (text: string): HTMLElement => {
    const made = document.createElement("span");
    made.className = "small";
    made.textContent = text;
    return made;
  };
  const kinds = [{ value: "Count", label: say("countKind") }, { value: "CountUnique", label: say("uniqueKind") }, { value: "RateLimited", label: say("rateKind") }];
  const of = choice(say("countOf"), keys, draft.of, (value) => (draft.of = value));
  const most = input(say("countMax"), "5", (value) => (draft.max = Math.max(1, Math.round(Number(value)))), { number: true });
  const show = (): void => {
    of.hidden = draft.function !== "CountUnique";
    most.hidden = draft.function !== "RateLimited";
  };
  const kind = choice(say("countWhat"), kinds, "Count", (value) => {
    draft.function = value as CounterDraft["function"];
    show();
  });
  const long = input(say("countSpan"), "1", (value) => {
    amount = Number(value);
    span();
  }, { number: true });
  const units = ["m", "h", "d"].map((each) => ({ value: each, label: say(`unit_${each}`) }));
  const which = choice(say("countUnit"), units, unit, (value) => {
    unit = value;
    span();
  });
  show();
  box.append(
    kind, of, most, words(say("countBy")), choice(say("countBy"), keys, draft.by, (value) => (draft.by = value)), words(say("countIn")), long, which,
    button(say("useCounter"), "check", () => use({ ...draft, of: draft.function === "CountUnique" ? draft.of : "" })), button(say("cancel"), "x", leave),
  );
  return box;
}
