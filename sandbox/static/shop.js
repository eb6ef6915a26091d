// What a shop's own script does: tells the chat who is signed in, and that somebody has signed out.
const customer = JSON.parse(document.documentElement.dataset.customer || "null");
const kept = "shop:customer";

addEventListener("hilo:ready", () => {
  const { Hilo } = window;
  // Another customer at the same browser never sees the last one's thread.
  if ((localStorage.getItem(kept) ?? "") !== (customer?.id ?? "")) Hilo.identify(null);
  localStorage.setItem(kept, customer?.id ?? "");
  if (customer) Hilo.identify(customer.token);
  Hilo.on("sent", ({ number, took_ms }) => tell({ direction: "in", answer: `#${number}`, took_ms }));
  Hilo.on("message", ({ name, from, number }) => tell({ direction: "out", what: from === "agent" ? name : "", answer: `#${number}` }));
});

addEventListener("DOMContentLoaded", () => {
  if (customer) document.getElementById("who").textContent = customer.name;
});

function tell(travel) {
  void fetch("/world/travels", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(travel) });
}
