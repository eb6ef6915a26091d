// The phone's apps: which pretend provider stands behind each, who the customer is there, and what can be done in it.
export const APPS = [
  { id: "sms", title: "SMS", double: "twilio", who: (me) => ({ app: "sms", customer: me.phone }), can: ["stop"] },
  { id: "whatsapp", title: "WhatsApp", double: "meta", who: (me) => ({ app: "whatsapp", customer: me.phone.slice(1) }), can: ["react", "read", "lapse"] },
  { id: "telegram", title: "Telegram", double: "telegram", who: (me) => ({ customer: me.id }), can: ["react"] },
  { id: "messenger", title: "Messenger", double: "meta", who: (me) => ({ app: "messenger", customer: me.messenger }), can: ["react", "read"] },
  { id: "instagram", title: "Instagram", double: "meta", who: (me) => ({ app: "instagram", customer: me.instagram }), can: ["react", "read"] },
];

/** Whether a message of a double's stands in this app of this customer. */
export const stands = (app, me, one) => one.app === app.id && one.customer === app.who(me).customer;

/** The verb's address and body; Telegram calls the message `id`, Meta `message`. */
export const act = (app, me, verb, given = {}) => [
  `/doubles/${app.double}/${verb}`,
  "POST",
  { ...app.who(me), name: me.name, ...given },
];

export const about = (app, message) => (app.double === "telegram" ? { id: message.id } : { message: message.id });

export const press = (app, message, button) =>
  app.double === "telegram" ? { id: message.id, button: button.id } : { message: message.id, id: button.id, title: button.title };
