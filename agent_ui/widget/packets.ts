// The part of the Socket.IO protocol (revision 5, over Engine.IO 4 on a WebSocket) that the bubble speaks: text packets in one namespace. Pure.

export type Packet =
  /** The line is up; the server sends a ping every `interval` ms and waits `grace` ms for the answer. */
  | { type: "open"; interval: number; grace: number }
  | { type: "ping" }
  | { type: "connected" }
  | { type: "refused"; message: string }
  | { type: "event"; name: string; data: unknown }
  | { type: "answer"; id: number; data: unknown }
  | { type: "goodbye" };

interface Handshake {
  pingInterval: number;
  pingTimeout: number;
}

export const PONG = "3";

export const connect = (namespace: string, auth: object): string => `40${namespace},${JSON.stringify(auth)}`;

/** With an `id` the server answers; without one nothing comes back. */
export const event = (namespace: string, name: string, data: object, id?: number): string =>
  `42${namespace},${id ?? ""}${JSON.stringify([name, data])}`;

/** Reads one text frame; null for what does not concern the namespace or is not understood. */
export function read(frame: string, namespace: string): Packet | null {
  if (frame[0] === "0") return opened(frame.slice(1));
  if (frame[0] === "1") return { type: "goodbye" };
  if (frame[0] === "2") return { type: "ping" };
  const message = /^4(\d)([^,[]*),?(\d*)(.*)$/s.exec(frame);
  if (!message || message[2] !== namespace) return null;
  return inNamespace(message[1]!, message[3]!, parsed(message[4]!));
}

function opened(text: string): Packet | null {
  const handshake = parsed(text) as Handshake | undefined;
  return handshake ? { type: "open", interval: handshake.pingInterval, grace: handshake.pingTimeout } : null;
}

function inNamespace(kind: string, id: string, body: unknown): Packet | null {
  const [first, second] = Array.isArray(body) ? (body as unknown[]) : [];
  switch (kind) {
    case "0":
      return { type: "connected" };
    case "1":
      return { type: "goodbye" };
    case "2":
      return typeof first === "string" ? { type: "event", name: first, data: second } : null;
    case "3":
      return { type: "answer", id: Number(id), data: first };
    case "4":
      return { type: "refused", message: String((body as { message?: unknown } | undefined)?.message ?? body ?? "") };
    default:
      return null;
  }
}

function parsed(text: string): unknown {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
