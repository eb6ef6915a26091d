/** Which page is open, as the address says it. Links are ordinary links; a press on one changes the page without a reload. */

export type Route =
  | { page: "inbox"; customer: string | null; topic: string | null }
  | { page: "customers" }
  | { page: "commitments" }
  | { page: "spam" }
  | { page: "supervise"; work: string | null }
  | { page: "settings"; section: string; rest: string[] }
  | { page: "nowhere"; path: string };

const SECTIONS = ["me", "channels", "rules", "unwanted", "answers", "people", "signatures", "tokens"];
/** Sections that have pages of their own below them. */
const DEEP = ["channels"];

/** Reads an address (path and query). Pure. */
export function parse(path: string, query: URLSearchParams): Route {
  const [first = "", second = null, ...rest] = path.split("/").filter(Boolean).map(decodeURIComponent);
  if (first === "settings" && SECTIONS.includes(second ?? "me") && (!rest.length || DEEP.includes(second ?? ""))) {
    return { page: "settings", section: second ?? "me", rest };
  }
  if (rest.length === 0) {
    if (first === "") return { page: "inbox", customer: null, topic: null };
    if (first === "customers" && second) return { page: "inbox", customer: second, topic: query.get("topic") };
    if (first === "customers") return { page: "customers" };
    if (first === "spam" && !second) return { page: "spam" };
    if (first === "commitments" && !second) return { page: "commitments" };
    if (first === "supervise") return { page: "supervise", work: second };
  }
  return { page: "nowhere", path };
}

export function customerAddress(customer: string, topic: string | null = null): string {
  return `/customers/${customer}` + (topic ? `?topic=${topic}` : "");
}

/** Asks whether a page may be left that holds something unsaved, and calls `leave` when it may. */
export type Guard = (leave: () => void) => void;

class Router {
  #route = $state.raw<Route>(this.#read());
  #address = location.pathname + location.search;
  #guard: Guard | null = null;

  constructor() {
    addEventListener("popstate", () => this.#back());
    addEventListener("beforeunload", (event) => {
      if (this.#guard) event.preventDefault();
    });
    document.addEventListener("click", (event) => this.#press(event));
  }

  get route(): Route {
    return this.#route;
  }

  /** Opens an address. `replace` leaves no step behind it in the history. */
  go(address: string, replace = false): void {
    if (this.#guard) return this.#guard(() => this.#leave(address));
    if (replace) history.replaceState(null, "", address);
    else if (address !== location.pathname + location.search) history.pushState(null, "", address);
    this.#show();
  }

  /** The page is not left without asking, until what is answered is called. */
  guard(guard: Guard): () => void {
    this.#guard = guard;
    return () => {
      if (this.#guard === guard) this.#guard = null;
    };
  }

  #leave(address: string): void {
    this.#guard = null;
    this.go(address);
  }

  /** The browser has gone back already: when the page may not be left, its address is put back. */
  #back(): void {
    const wanted = location.pathname + location.search;
    if (!this.#guard) return this.#show();
    history.pushState(null, "", this.#address);
    this.#guard(() => this.#leave(wanted));
  }

  #show(): void {
    this.#address = location.pathname + location.search;
    this.#route = this.#read();
  }

  #read(): Route {
    return parse(location.pathname, new URLSearchParams(location.search));
  }

  #press(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest("a");
    if (!link || link.target || link.download || link.origin !== location.origin || !link.pathname.startsWith("/")) return;
    if (link.pathname.startsWith("/api/") || link.hash) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}

export const router = new Router();
