// What was typed is kept in this browser until the job is decided: a closed tab or a lost lease loses no words.

const PREFIX = "wf-draft-";
const MOST_DRAFTS = 20;

export function keep(job: string, field: HTMLTextAreaElement): void {
  const name = PREFIX + job;
  try {
    const kept = localStorage.getItem(name);
    if (kept && !field.value) field.value = kept;
    field.addEventListener("input", () => {
      try {
        if (field.value) localStorage.setItem(name, field.value);
        else localStorage.removeItem(name);
      } catch {
        // full or forbidden: the page itself still holds the words
      }
    });
    tidy(name);
  } catch {
    // nothing to keep it in
  }
}

export function forget(job: string): void {
  try {
    localStorage.removeItem(PREFIX + job);
  } catch {
    // it was never kept
  }
}

/** Old drafts go: the newest jobs have the highest ids. */
function tidy(current: string): void {
  const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX) && name !== current).sort();
  for (const name of names.slice(0, Math.max(0, names.length - MOST_DRAFTS))) localStorage.removeItem(name);
}
