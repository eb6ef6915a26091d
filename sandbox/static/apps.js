// The phone's apps: which pretend provider stands behind each, who the customer is there, what can be done in it, and what the hub calls for.
const META = "❤️ 😆 😮 😢 😠 👍".split(" ");

export const APPS = [
  {
    id: "sms",
    title: "SMS",
    double: "twilio",
    who: (me) => ({ app: "sms", customer: me.phone }),
    to: (account) => ({ to: account }),
    can: ["pictures", "stop"],
    calls: ["send", "file", "history"],
  },
  {
    id: "whatsapp",
    title: "WhatsApp",
    double: "meta",
    who: (me) => ({ app: "whatsapp", customer: me.phone.slice(1) }),
    can: ["pictures", "voice", "place", "reply", "edit", "delete", "read", "lapse"],
    calls: ["send", "change", "signal", "file", "template"],
    signs: "❤️ 👍 😂 😮 😢 🙏".split(" "),
    ticks: true,
  },
  {
    id: "telegram",
    title: "Telegram",
    double: "telegram",
    who: (me) => ({ customer: me.id }),
    can: ["pictures", "voice", "place", "reply", "edit"],
    calls: ["send", "change", "signal", "file", "updates"],
    // Telegram takes no other signs than its own list.
    signs: "❤ 👍 😁 😱 😢 🙏".split(" "),
    ticks: true,
  },
  {
    id: "messenger",
    title: "Messenger",
    double: "meta",
    who: (me) => ({ app: "messenger", customer: me.messenger }),
    can: ["pictures", "voice", "reply", "edit", "delete", "read", "lapse"],
    calls: ["send", "change", "signal", "file", "history"],
    signs: META,
  },
  {
    id: "instagram",
    title: "Instagram",
    double: "meta",
    who: (me) => ({ app: "instagram", customer: me.instagram }),
    can: ["pictures", "voice", "reply", "edit", "delete", "read", "lapse"],
    calls: ["send", "change", "signal", "file", "history"],
    signs: META,
  },
];

/** Whether a message of a double's, or that the shop writes, belongs to this customer's chat with this account of the company's. */
export const concerns = (app, me, account, told) => told.app === app.id && told.customer === app.who(me).customer && told.account === account;

/** The verb's address and body; Telegram calls the message `id`, Meta `message`. */
export const act = (app, me, account, verb, given = {}) => [
  `/doubles/${app.double}/${verb}`,
  "POST",
  { ...app.who(me), ...(app.to?.(account) ?? { account }), name: me.name, ...given },
];

export const about = (app, message) => (app.double === "telegram" ? { id: message.id } : { message: message.id });

export const press = (app, message, button) =>
  app.double === "telegram" ? { id: message.id, button: button.id } : { message: message.id, id: button.id, title: button.title };
