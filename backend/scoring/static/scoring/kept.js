// What could not be sent is shown leaf by leaf, can be copied, printed and downloaded, and is thrown away only by
// the person herself.

import { Outbox } from "./outbox.js";
import { inWords } from "./rows.js";
import { hour } from "./words.js";

/** A cell as a spreadsheet takes it: what holds lines of its own is quoted. */
function quoted(text) {
  return /[\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function lineOf(item) {
  return [item.code, inWords(item), `nhập lúc ${hour(item.at)}`, item.title ?? ""].map(quoted);
}

function rowOf(item) {
  const row = document.createElement("tr");
  const cells = [
    ["th", item.code, "Mã"], ["td", item.title ?? "", "Tiêu chí"], ["td", inWords(item), "Đã nhập"],
    ["td", hour(item.at), "Nhập lúc"],
  ];
  for (const [tag, text, label] of cells) {
    const cell = Object.assign(document.createElement(tag), { textContent: text });
    cell.dataset.label = label;
    if (tag === "th") Object.assign(cell, { scope: "row", className: "code" });
    if (text.includes("\n")) cell.className = "prose";
    row.append(cell);
  }
  return row;
}

export class Panel {
  constructor(section, outbox) {
    this.section = section;
    this.outbox = outbox;
    this.onClick("[data-copy]", () => this.copy());
    this.onClick("[data-print]", () => this.print());
    this.onClick("[data-download]", () => this.download());
    this.onClick("[data-throw-away]", (button) => this.throwAway(button));
    this.onClick("[data-send-again]", () => this.sendAgain?.());
  }

  onClick(selector, act) {
    const button = this.section.querySelector(selector);
    button.addEventListener("click", () => act(button));
  }

  /** Show everything kept with the reason; `maySend` says whether sending it again makes sense now. */
  show(why, maySend = false) {
    const items = this.outbox.items;
    this.section.hidden = items.length === 0;
    if (!items.length) return;
    this.section.querySelector("[data-why]").textContent = why;
    this.section.querySelector("[data-send-again]").hidden = !maySend;
    this.refresh();
  }

  /** Where the panel is shown, show what is still kept. */
  refresh() {
    if (!this.outbox.items.length) this.hide();
    if (!this.section.hidden) this.section.querySelector("tbody").replaceChildren(...this.outbox.items.map(rowOf));
  }

  hide() {
    this.section.hidden = true;
  }

  /** The kept values as lines of tab-separated words, as a spreadsheet takes them. */
  asText() {
    return this.outbox.items.map((item) => lineOf(item).join("\t")).join("\n");
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.asText());
      this.say("Đã sao chép.");
    } catch {
      getSelection().selectAllChildren(this.section.querySelector("table"));
      this.say("Hãy bấm Ctrl+C để sao chép phần đang chọn.");
    }
  }

  print() {
    const page = document.documentElement;
    page.classList.add("prints-kept");
    window.addEventListener("afterprint", () => page.classList.remove("prints-kept"), { once: true });
    window.print();
  }

  download() {
    const head = `${document.title}\n${this.section.querySelector("[data-why]").textContent}\n\n`;
    const file = new Blob(["\ufeff", head, this.asText(), "\n"], { type: "text/plain;charset=utf-8" });
    const link = Object.assign(document.createElement("a"), {
      href: URL.createObjectURL(file), download: `phieu-${this.outbox.card}-chua-gui.txt`,
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    this.say("Đã tải tệp xuống máy.");
  }

  throwAway(button) {
    if (!button.dataset.asked) {
      button.dataset.asked = "1";
      button.textContent = "Bấm lần nữa để bỏ hẳn";
      return;
    }
    const gone = [...this.outbox.items].map((item) => this.outbox.drop(item));
    Promise.all(gone).then(() => {
      this.hide();
      this.thrownAway?.();
    });
  }

  say(text) {
    this.section.querySelector("[data-done]").textContent = text;
  }
}

// On a page without inputs (locked, submitted) the queue is only shown.
const section = document.querySelector("#kept[data-only-show]");
if (section) {
  const { user, card, code } = section.dataset;
  const outbox = await new Outbox(user, card, null, code).open();
  new Panel(section, outbox).show("Phiếu không còn nhận điểm tự chấm ở trang này.");
}
