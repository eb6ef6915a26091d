// The words of the page in both languages, and how it writes times.
const WORDS = {
  es: {
    title: "Mundo de mentira",
    stays: "nada sale de este ordenador",
    you_are: "Eres",
    theme: "Tema claro u oscuro",
    console: "Abrir la consola",
    other: "English",
    compose: "Escribir",
    mails: "Correos",
    shop: "La tienda",
    session: "Con sesión",
    no_session: "Sin sesión",
    alone: "Abrir la tienda en otra pestaña",
    wrong: "Que algo falle en el correo",
    trip: "Lo que ha viajado",
    wire: "de mentira, pero por el cable de verdad",
    again: "Repetir el último correo",
    trips: "Entregas",
    trips_none: "Escribe un correo o un mensaje en el chat y aquí verás pasar cada entrega.",
    col_at: "Hora",
    col_way: "Sentido",
    col_what: "Qué",
    col_where: "Dirección",
    col_answer: "Respuesta",
    col_took: "Tiempo",
    in: "entra",
    out: "sale",
    message: "Mensaje",
    text_of: "Texto de {name}",
    notice: "Aviso",
    no_subject: "(sin asunto)",
    fault_slow_ms: "Servidor lento, 5 s",
    fault_451: "Aplazado al recibirlo (451)",
    fault_450: "Destinatario aplazado (450)",
    fault_refuse: "Destinatario rechazado (550)",
    fault_552: "Buzón lleno (552)",
    fault_drop_after_dot: "Se corta tras aceptarlo",
    fault_hang: "No contesta",
    me: "Tú",
    to_me: "para mí",
    to: "para {to}",
    no_mails: "Aún no hay correos. Escribe a la tienda y su respuesta llegará aquí.",
    none_open: "Elige un correo para leerlo.",
    text: "Texto del correo",
    reply: "Responder",
    reply_label: "Responder el correo",
    send: "Enviar",
    attach: "Adjuntar un archivo",
    headers: "Cabeceras",
    send_as: "Enviar como",
    remove: "Quitar {name}",
    field_to: "Para",
    field_subject: "Asunto",
    field_text: "Mensaje",
    cancel: "Cancelar",
    sent: "Entregado: {reply}",
    failed: "No entregado: {reply}",
    unreachable: "El mundo de mentira no contesta: {why}",
    empty: "Escribe algo antes de enviar",
    none_yet: "Aún no has escrito ningún correo",
  },
  en: {
    title: "Pretend world",
    stays: "nothing leaves this computer",
    you_are: "You are",
    theme: "Light or dark",
    console: "Open the console",
    other: "Español",
    compose: "Write",
    mails: "Mails",
    shop: "The shop",
    session: "Signed in",
    no_session: "Not signed in",
    alone: "Open the shop in another tab",
    wrong: "Make the mail go wrong",
    trip: "What has travelled",
    wire: "pretend, but over the real wire",
    again: "Repeat the last mail",
    trips: "Deliveries",
    trips_none: "Write a mail or a chat message and you will see every delivery go by here.",
    col_at: "Time",
    col_way: "Way",
    col_what: "What",
    col_where: "Address",
    col_answer: "Answer",
    col_took: "Took",
    in: "in",
    out: "out",
    message: "Message",
    text_of: "Text from {name}",
    notice: "Notice",
    no_subject: "(no subject)",
    fault_slow_ms: "Slow server, 5 s",
    fault_451: "Put off on receipt (451)",
    fault_450: "Recipient put off (450)",
    fault_refuse: "Recipient refused (550)",
    fault_552: "Mailbox full (552)",
    fault_drop_after_dot: "Cut after accepting",
    fault_hang: "No answer",
    me: "You",
    to_me: "to me",
    to: "to {to}",
    no_mails: "No mail yet. Write to the shop and its answer will arrive here.",
    none_open: "Choose a mail to read it.",
    text: "Text of the mail",
    reply: "Reply",
    reply_label: "Reply to the mail",
    send: "Send",
    attach: "Attach a file",
    headers: "Headers",
    send_as: "Send as",
    remove: "Remove {name}",
    field_to: "To",
    field_subject: "Subject",
    field_text: "Message",
    cancel: "Cancel",
    sent: "Delivered: {reply}",
    failed: "Not delivered: {reply}",
    unreachable: "The pretend world does not answer: {why}",
    empty: "Write something before sending",
    none_yet: "You have not written any mail yet",
  },
};

let locale = WORDS[localStorage.getItem("sandbox:language")]
  ? localStorage.getItem("sandbox:language")
  : navigator.language.startsWith("es")
    ? "es"
    : "en";

export const language = () => locale;

export function speak(next) {
  locale = next;
  localStorage.setItem("sandbox:language", next);
}

export const say = (key, values = {}) => WORDS[locale][key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

export const clock = (at, seconds = false) =>
  new Date(at).toLocaleTimeString(locale, {
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds ? { second: "2-digit" } : {}),
    hourCycle: "h23",
  });

/** Fills every element that names its words: text, label or title. */
export function sayAll(root = document) {
  document.documentElement.lang = locale;
  document.title = `${say("title")} · Hilo`;
  for (const node of root.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  for (const node of root.querySelectorAll("[data-label]")) node.setAttribute("aria-label", say(node.dataset.label));
  for (const node of root.querySelectorAll("[data-title]")) node.title = say(node.dataset.title);
}
