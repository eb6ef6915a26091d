// The customer's mail program: the mails of one address, reading, answering, writing, and pretending to be somebody else.
import { ask, el, icon } from "./dom.js";
import { base64, body, headers, quoted, sender } from "./letter.js";
import { clock, say } from "./words.js";

const list = document.getElementById("mails");
const pane = document.getElementById("open");

export class Mailbox {
  me = null;
  customers = [];
  support = "";
  mails = [];
  chosen = null;
  writing = false;
  headers = false;
  files = [];
  drafts = new Map();
  seen = new Set();

  async read() {
    const me = this.me;
    const answer = await ask(`/world/mails?address=${encodeURIComponent(me.email)}`);
    if (me !== this.me || !answer.ok) return;
    this.mails = answer.items.reverse();
    const opened = this.writing || this.current();
    if (!opened) this.chosen = this.mails[0]?.message_id ?? null;
    this.drawList();
    // What somebody is typing is never redrawn under the caret.
    if (!opened) this.drawPane();
  }

  be(customer) {
    Object.assign(this, { me: customer, mails: [], chosen: null, writing: false, headers: false, files: [] });
    document.getElementById("mailbox").textContent = customer.email;
    this.draw();
    void this.read();
  }

  compose() {
    this.writing = true;
    this.files = [];
    this.draw();
    document.getElementById("subject").focus();
  }

  current() {
    return this.mails.find((mail) => mail.message_id === this.chosen);
  }

  draw() {
    this.drawList();
    this.drawPane();
  }

  drawList() {
    const row = (mail) => {
      const current = !this.writing && mail.message_id === this.chosen;
      if (current) this.seen.add(mail.message_id);
      const choose = () => {
        Object.assign(this, { chosen: mail.message_id, writing: false, files: [] });
        this.draw();
      };
      return el(
        "li",
        { class: mail.mine || this.seen.has(mail.message_id) ? "" : "new" },
        el(
          "button",
          { type: "button", "aria-current": current && "true", onclick: choose },
          el("b", { class: "cut" }, mail.mine ? say("me") : sender(mail).name),
          el("time", { datetime: mail.at }, clock(mail.at)),
          el("span", { class: "cut" }, mail.subject || say("no_subject")),
        ),
      );
    };
    list.replaceChildren(...this.mails.map(row));
  }

  drawPane() {
    const mail = this.current();
    pane.replaceChildren(
      ...(this.writing
        ? [this.form()]
        : mail
          ? this.reading(mail)
          : [
              el(
                "div",
                { class: "none" },
                el("p", {}, say(this.mails.length ? "none_open" : "no_mails")),
                el("button", { class: "btn btn--main", type: "button", onclick: () => this.compose() }, icon("edit"), say("compose")),
              ),
            ]),
    );
  }

  reading(mail) {
    const from = sender(mail);
    const to = mail.mine ? say("to", { to: mail.to.join(", ") }) : say("to_me");
    return [
      el("h2", { class: "t15 strong" }, mail.subject || say("no_subject")),
      el(
        "p",
        { class: "t12 dim mail__from" },
        el("b", { class: "medium" }, from.name),
        ` ${from.address}`,
        el("br"),
        `${to}, `,
        el("time", { datetime: mail.at }, clock(mail.at)),
      ),
      el(
        "div",
        { class: "mail__text scroll inset", tabindex: "0", role: "region", "aria-label": say("text") },
        this.headers ? headers(mail) : body(mail),
      ),
      mail.attachments.length > 0 &&
        el(
          "div",
          { class: "mail__files" },
          mail.attachments.map((file) => el("span", { class: "chip" }, icon("file", "i14"), file.name)),
        ),
      this.reply(mail),
    ].filter(Boolean);
  }

  reply(mail) {
    const target = mail.mine ? mail.to.join(", ") : (mail.headers["Reply-To"] ?? mail.headers.From ?? mail.from);
    const text = el("textarea", { class: "input", rows: "2", "aria-label": say("reply_label"), placeholder: say("reply") });
    text.value = this.drafts.get(mail.message_id) ?? "";
    text.addEventListener("input", () => this.drafts.set(mail.message_id, text.value));
    const said = el("p", { class: "said", role: "status" });
    const as = this.senders();
    const send = () =>
      this.send(
        {
          to: target,
          subject: /^re:/i.test(mail.subject) ? mail.subject : `Re: ${mail.subject}`,
          text: `${text.value.trim()}\n\n${quoted(mail)}`,
          in_reply_to: mail.message_id,
          references: [mail.headers.References, mail.message_id].filter(Boolean).join(" "),
        },
        as.value,
        text.value,
        said,
        () => this.drafts.delete(mail.message_id),
      );
    return el(
      "form",
      {
        class: "mail__reply",
        onsubmit: (event) => {
          event.preventDefault();
          void send();
        },
      },
      text,
      this.fileRow(),
      this.buttons(as, true),
      said,
    );
  }

  form() {
    const to = el("input", { class: "input", id: "to", type: "text", value: this.support });
    const subject = el("input", { class: "input", id: "subject", type: "text" });
    const text = el("textarea", { class: "input", id: "text" });
    const said = el("p", { class: "said", role: "status" });
    const as = this.senders();
    const send = () =>
      this.send(
        { to: to.value.split(",").map((one) => one.trim()), subject: subject.value, text: text.value },
        as.value,
        text.value,
        said,
        () => {
          this.writing = false;
        },
      );
    const field = (label, input) => el("div", { class: "field" }, el("label", { for: input.id }, say(label)), input);
    return el(
      "form",
      {
        class: "mail__compose",
        onsubmit: (event) => {
          event.preventDefault();
          void send();
        },
      },
      field("field_to", to),
      field("field_subject", subject),
      field("field_text", text),
      this.fileRow(),
      this.buttons(as, false),
      said,
    );
  }

  buttons(as, reading) {
    const chooser = el("input", { type: "file", multiple: true, hidden: true, onchange: () => void this.attach([...chooser.files]) });
    const more = reading
      ? el(
          "button",
          {
            class: "btn btn--quiet",
            type: "button",
            "aria-pressed": String(this.headers),
            onclick: () => {
              this.headers = !this.headers;
              this.drawPane();
            },
          },
          say("headers"),
        )
      : el(
          "button",
          {
            class: "btn btn--quiet",
            type: "button",
            onclick: () => {
              this.writing = false;
              this.draw();
            },
          },
          say("cancel"),
        );
    return el(
      "div",
      { class: "mail__do" },
      el("button", { class: "btn btn--main", type: "submit" }, say("send")),
      el("button", { class: "ib", type: "button", "aria-label": say("attach"), onclick: () => chooser.click() }, icon("clip", "")),
      chooser,
      el("span", { class: "grow" }),
      more,
      el("label", { class: "status" }, el("span", { class: "dim t12" }, say("send_as")), as),
    );
  }

  fileRow() {
    const take = (file) => () => {
      this.files = this.files.filter((one) => one !== file);
      row.replaceWith((row = this.fileRow()));
    };
    let row = el(
      "div",
      { class: "mail__files", id: "files", hidden: this.files.length === 0 },
      this.files.map((file) =>
        el(
          "span",
          { class: "chip" },
          icon("file", "i14"),
          file.name,
          el("button", { type: "button", "aria-label": say("remove", { name: file.name }), onclick: take(file) }, icon("x", "i14")),
        ),
      ),
    );
    return row;
  }

  async attach(files) {
    for (const file of files)
      this.files.push({ name: file.name, content_type: file.type || "application/octet-stream", base64: await base64(file) });
    document.getElementById("files").replaceWith(this.fileRow());
  }

  senders() {
    return el(
      "select",
      {},
      this.customers.map((one) => el("option", { value: one.id, selected: one.id === this.me.id }, one.name)),
    );
  }

  async send(mail, as, typed, said, done) {
    if (!typed.trim()) return say_(said, "empty", {}, true);
    const from = this.customers.find((one) => one.id === as);
    const answer = await ask("/mail", "POST", { ...mail, from: `${from.name} <${from.email}>`, attachments: this.files });
    if (!answer.ok) return say_(said, "failed", { reply: answer.error ?? `${answer.code} ${answer.reply}` }, true);
    this.files = [];
    done();
    if (from === this.me) this.chosen = answer.message_id;
    await this.read();
    this.draw();
    return say_(pane.querySelector(".said"), "sent", { reply: `${answer.code} ${answer.reply}` }, false);
  }
}

function say_(node, key, values, bad) {
  if (!node) return;
  node.className = `said ${bad ? "bad" : "ok"}`;
  node.replaceChildren(icon(bad ? "alert" : "tick", "i14"), say(key, values));
}
