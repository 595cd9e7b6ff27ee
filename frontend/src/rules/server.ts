// What the editor asks the server. Places count in characters there and in UTF-16 units here; the two are kept apart in this file.

export interface Problem {
  level: "error" | "warning";
  message: string;
  hint: string;
  file: string;
  line: number;
  column: number;
  length: number;
}

export interface Checked {
  problems: Problem[];
  rules: string[];
  runs: boolean;
}

export interface Item {
  label: string;
  kind: string;
  detail: string;
  doc: string;
  insert: string;
}

export interface Argument {
  name: string;
  type: string;
  doc: string;
  required: boolean;
  here: boolean;
}

export interface Help {
  start: number;
  end: number;
  title: string;
  words: string;
  code: string;
  where: string;
  arguments: Argument[];
}

export interface Suggested {
  completions: { start: number; items: Item[] };
  signature: Help | null;
}

export interface Setup {
  path: string;
  saved: string;
  nonce: string;
  mayEdit: boolean;
  effects: string[];
  words: Record<string, string>;
  urls: Record<string, string>;
}

export function setup(): Setup | null {
  const source = document.getElementById("rule-editor-setup")?.textContent;
  return source ? (JSON.parse(source) as Setup) : null;
}

export function csrf(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

async function post(url: string, body: object, signal?: AbortSignal): Promise<Response> {
  return fetch(url, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf() },
    ...(signal ? { signal } : {}),
  });
}

/** JSON, or null where the server was not reached or refused: typing goes on without its help. */
export async function ask<T>(url: string, body: object): Promise<T | null> {
  try {
    const answer = await post(url, body);
    return answer.ok ? ((await answer.json()) as T) : null;
  } catch {
    return null;
  }
}

/** JSON, or the sentence in which the server refused. */
export async function tell<T>(url: string, body: object): Promise<{ done: T } | { refused: string; where: string }> {
  try {
    const answer = await post(url, body);
    if (answer.ok) return { done: (await answer.json()) as T };
    const error = ((await answer.json()) as { error?: { message?: string; hint?: string; where?: string } }).error;
    return { refused: [error?.message, error?.hint].filter(Boolean).join(" "), where: error?.where ?? "" };
  } catch {
    return { refused: "", where: "" };
  }
}

/** A piece of page. */
export async function piece(url: string, body: object): Promise<string | null> {
  try {
    const answer = await post(url, body);
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}

/** UTF-16 units to characters. */
export function characters(text: string, units: number): number {
  let count = 0;
  for (let at = 0; at < units; count++) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return count;
}

/** Characters to UTF-16 units. */
export function units(text: string, count: number): number {
  let at = 0;
  for (let seen = 0; seen < count && at < text.length; seen++) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return at;
}
