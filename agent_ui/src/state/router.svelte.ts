/** Which page is open, as the address says it. Links are ordinary links; a press on one changes the page without a reload. */

export type Route =
  | { page: "inbox"; customer: string | null; topic: string | null }
  | { page: "customers" }
  | { page: "commitments" }
  | { page: "supervise"; work: string | null }
  | { page: "settings"; section: string }
  | { page: "nowhere"; path: string };

const SECTIONS = ["me", "channels", "people", "tokens"];

/** Reads an address (path and query). Pure. */
export function parse(path: string, query: URLSearchParams): Route {
  const [first = "", second = null, ...rest] = path.split("/").filter(Boolean).map(decodeURIComponent);
  if (rest.length === 0) {
    if (first === "") return { page: "inbox", customer: null, topic: null };
    if (first === "customers" && second) return { page: "inbox", customer: second, topic: query.get("topic") };
    if (first === "customers") return { page: "customers" };
    if (first === "commitments" && !second) return { page: "commitments" };
    if (first === "supervise") return { page: "supervise", work: second };
    if (first === "settings" && SECTIONS.includes(second ?? "me")) return { page: "settings", section: second ?? "me" };
  }
  return { page: "nowhere", path };
}

export function customerAddress(customer: string, topic: string | null = null): string {
  return `/customers/${customer}` + (topic ? `?topic=${topic}` : "");
}

class Router {
  #route = $state.raw<Route>(this.#read());

  constructor() {
    addEventListener("popstate", () => (this.#route = this.#read()));
    document.addEventListener("click", (event) => this.#press(event));
  }

  get route(): Route {
    return this.#route;
  }

  /** Opens an address. `replace` leaves no step behind it in the history. */
  go(address: string, replace = false): void {
    if (replace) history.replaceState(null, "", address);
    else if (address !== location.pathname + location.search) history.pushState(null, "", address);
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
