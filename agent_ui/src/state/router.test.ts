// @vitest-environment node
import { expect, test, vi } from "vitest";

vi.stubGlobal("location", { pathname: "/", search: "" });
vi.stubGlobal("addEventListener", () => undefined);
vi.stubGlobal("document", { addEventListener: () => undefined });
const { customerAddress, parse } = await import("./router.svelte.ts");
const at = (address: string) => parse(address.split("?")[0] ?? "", new URLSearchParams(address.split("?")[1]));

test.each([
  ["/", { page: "inbox", customer: null, topic: null }],
  ["/customers/1?topic=2", { page: "inbox", customer: "1", topic: "2" }],
  ["/customers", { page: "customers" }],
  ["/supervise/9", { page: "supervise", work: "9" }],
  ["/settings", { page: "settings", section: "me", rest: [] }],
  ["/settings/channels", { page: "settings", section: "channels", rest: [] }],
  ["/settings/channels/new/telegram", { page: "settings", section: "channels", rest: ["new", "telegram"] }],
  ["/settings/me/more", { page: "nowhere", path: "/settings/me/more" }],
  ["/settings/secrets", { page: "nowhere", path: "/settings/secrets" }],
  ["/a/b/c", { page: "nowhere", path: "/a/b/c" }],
])("%s opens its page", (address, route) => expect(at(address)).toEqual(route));

test("a customer's address leads back to the customer", () => expect(at(customerAddress("c", "t"))).toEqual({ page: "inbox", customer: "c", topic: "t" }));
