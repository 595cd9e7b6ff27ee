// What was typed is kept in this browser until the case is decided: a closed tab, a reload or a lost lease loses no words, and they are
// back when the same case comes to the same person again. Who signs out takes them away, and so does the page where one signs in: the next
// may be another person.

export interface Draft {
  note: string;
  path: string;
  violation: string;
  at: number;
}

const PREFIX = "wf-draft-";
const MOST_DRAFTS = 20;

export function read(caseId: string): Draft | null {
  try {
    const kept = localStorage.getItem(PREFIX + caseId);
    return kept ? (JSON.parse(kept) as Draft) : null;
  } catch {
    return null; // nothing to keep it in, or it is not ours
  }
}

export function keep(caseId: string, draft: Omit<Draft, "at">): void {
  try {
    if (draft.note || draft.path || draft.violation) localStorage.setItem(PREFIX + caseId, JSON.stringify({ ...draft, at: Date.now() }));
    else localStorage.removeItem(PREFIX + caseId);
    tidy();
  } catch {
    // full or forbidden: the page itself still holds the words
  }
}

export function forget(caseId: string): void {
  try {
    localStorage.removeItem(PREFIX + caseId);
  } catch {
    // it was never kept
  }
}

/** The oldest drafts go. */
function tidy(): void {
  const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  if (names.length <= MOST_DRAFTS) return;
  const age = (name: string): number => read(name.slice(PREFIX.length))?.at ?? 0;
  names.sort((one, other) => age(one) - age(other));
  for (const name of names.slice(0, names.length - MOST_DRAFTS)) localStorage.removeItem(name);
}

export function forgetAll(): void {
  try {
    for (const name of Object.keys(localStorage).filter((each) => each.startsWith(PREFIX))) localStorage.removeItem(name);
  } catch {
    // nothing was kept
  }
}
