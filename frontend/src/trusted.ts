// The one place where a string may become part of the page (Trusted Types; the content policy names no other). Fragments come from
// our own templates, which escape what people wrote; a script comes from this server only, and text that is no JSON never becomes one.
interface Policies {
  createPolicy(name: string, rules: Record<string, (text: string) => string>): unknown;
}

export function guard(): void {
  const policies = (window as unknown as { trustedTypes?: Policies }).trustedTypes;
  policies?.createPolicy("default", {
    createHTML: (text) => text,
    createScriptURL: (text) => {
      if (new URL(text, document.baseURI).origin !== location.origin) throw new TypeError("a script from elsewhere");
      return text;
    },
    createScript: (text) => {
      if (text.trim()) JSON.parse(text); // a script with a source has no text
      return text;
    },
  });
}
