/** What stands for a channel or a person: the icon of a connector, the initials of a name. */

const ICONS: Record<string, string> = {
  email: "mail", webchat: "chat", sms: "sms", whatsapp: "whatsapp", telegram: "telegram", messenger: "messenger",
  instagram: "instagram", voice: "voice", http: "http", counter: "store",
};
const KINDS: Record<string, string> = { chat: "chat", mail: "mail", voice: "voice", task: "done", message: "chat", social: "chat" };
const IDENTITIES: Record<string, string> = { email: "mail", claimed_email: "mail", phone: "sms", visitor: "chat", account: "chat", webchat: "chat" };

export function channelIcon(connector: string | null | undefined): string {
  return ICONS[connector ?? ""] ?? "chat";
}

/** The icon of a kind of channel in the agent's load: chat, mail, voice. */
export function kindIcon(kind: string): string {
  return KINDS[kind] ?? channelIcon(kind);
}

export function identityIcon(kind: string): string {
  return IDENTITIES[kind] ?? ICONS[kind] ?? "id";
}

/** Two letters: of the first and of the second word, as written in `Lucía Ferrer Montes` → `LF`. */
export function initials(name: string): string {
  const words = name.trim().split(/[\s@._-]+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words[1]].map((word) => first(word ?? "")) : [...(words[0] ?? "?")].slice(0, 2);
  return letters.join("").toUpperCase();
}

function first(word: string): string {
  return [...word][0] ?? "";
}
