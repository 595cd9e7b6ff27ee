// htmx as these pages use it: no code in attributes, our own CSRF header, failures said in a toast.
import htmx from "htmx.org";
import { toast } from "./toast";
import { say } from "./words";

interface RequestDetail {
  ctx: { request: { headers: Record<string, string>; method: string }; response?: { raw?: Response } };
}

export function start(): void {
  document.addEventListener("htmx:config:request", (event) => {
    const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
    const { ctx } = (event as CustomEvent<RequestDetail>).detail;
    if (token && ctx.request.method.toUpperCase() !== "GET") ctx.request.headers["X-CSRFToken"] = token;
  });
  document.addEventListener("htmx:error", () => toast(say("failed"), { kind: "red" }));
  Object.assign(window, { htmx });
}
