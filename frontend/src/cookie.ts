// A taste kept in a cookie for a year. Over TLS its name has the prefix that lets this very host alone set it.

export function remember(name: string, value: string): void {
  const safe = location.protocol === "https:";
  document.cookie = `${safe ? "__Host-" : ""}${name}=${value}; path=/; max-age=31536000; samesite=lax${safe ? "; secure" : ""}`;
}
