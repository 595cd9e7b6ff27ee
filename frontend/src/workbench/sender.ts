// Sends the workbench's forms without leaving the page: the answer is the next case, swapped in. While one is under way keys are refused,
// visibly, so that none ever falls on the wrong case. What cannot be sent is kept and sent again when the network is back; the server
// takes a decision that comes twice for one (the lease's token says so).

export interface Answer {
  main: HTMLElement;
  title: string;
  address: string;
  notices: { text: string; kind: string }[];
  ok: boolean;
}

export interface Told {
  /** The next part is here; put it in. */
  swap(answer: Answer): void;
  /** Sent (or answered with an error): nothing is under way any more. */
  settled(): void;
  /** No network: the form is kept. */
  kept(): void;
  /** It is being sent again. */
  again(): void;
  /** It could not be sent though there is a network, or the server failed. */
  failed(): void;
}

const AGAIN_MS = 5_000;
const GATEWAY = [502, 503, 504];

interface Message {
  url: string;
  body: URLSearchParams;
}

export class Sender {
  private waiting: Message | null = null;
  private sending = false;
  private timer = 0;

  constructor(private readonly told: Told) {
    window.addEventListener("online", () => this.sendAgain());
    window.addEventListener("beforeunload", (event) => {
      if (this.waiting) event.preventDefault(); // a decision would be lost: the browser asks
    });
  }

  /** Whether a form is under way or kept: keys and buttons do nothing then. */
  get busy(): boolean {
    return this.sending || this.waiting !== null;
  }

  send(form: HTMLFormElement, button: HTMLButtonElement | null): void {
    if (this.busy) return;
    const fields = [...new FormData(form, button)].map(([name, value]): [string, string] => [name, typeof value === "string" ? value : ""]);
    void this.post({ url: button?.getAttribute("formaction") ?? form.getAttribute("action") ?? window.location.href, body: new URLSearchParams(fields) });
  }

  /** What was kept, once more. */
  sendAgain(): void {
    if (!this.waiting || this.sending) return;
    this.told.again();
    void this.post(this.waiting);
  }

  private async post(message: Message): Promise<void> {
    this.sending = true;
    performance.mark("wf:sent");
    try {
      const answer = await fetch(message.url, { method: "POST", body: message.body, headers: { "X-Bench": "1" } });
      if (GATEWAY.includes(answer.status)) throw new TypeError("nobody is there");
      this.waiting = null;
      await this.take(answer);
    } catch {
      this.keep(message);
    }
    this.sending = false;
    if (!this.busy) this.told.settled();
  }

  private async take(answer: Response): Promise<void> {
    const to = answer.headers.get("X-Bench-Go");
    if (to !== null) {
      window.location.assign(to);
      await new Promise(() => undefined); // the page goes; until it has gone, keys are refused
    }
    const part = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = part.querySelector<HTMLElement>("main[data-part]");
    if (main === null) {
      if (answer.redirected) window.location.assign(answer.url); // signed out meanwhile: what was typed is kept as a draft
      else this.told.failed();
      return;
    }
    const notices = [...part.querySelectorAll<HTMLElement>("[data-part-notice]")];
    this.told.swap({
      main: document.adoptNode(main),
      title: part.title,
      address: answer.headers.get("X-Bench-Address") ?? answer.url,
      notices: notices.map((notice) => ({ text: notice.textContent, kind: notice.dataset["kind"] ?? "" })),
      ok: answer.ok,
    });
  }

  private keep(message: Message): void {
    const isFirst = this.waiting === null;
    this.waiting = message;
    if (isFirst) this.told.kept();
    else this.told.failed();
    window.clearTimeout(this.timer);
    if (isFirst) this.timer = window.setTimeout(() => this.sendAgain(), AGAIN_MS); // once; after that a person says when
  }
}
