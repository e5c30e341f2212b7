// What could not be sent is shown, can be copied and is thrown away only by the person herself.

import { Outbox } from "./outbox.js";
import { inWords } from "./rows.js";

export class Panel {
  constructor(section, outbox) {
    this.section = section;
    this.outbox = outbox;
    this.text = section.querySelector("textarea");
    this.section.querySelector("[data-copy]").addEventListener("click", () => this.copy());
    this.section.querySelector("[data-throw-away]").addEventListener("click", () => this.throwAway());
    this.section.querySelector("[data-send-again]").addEventListener("click", () => this.sendAgain?.());
  }

  /** Show these items with the reason; `maySend` says whether sending them again makes sense now. */
  show(why, maySend = false) {
    const items = this.outbox.items;
    this.section.hidden = items.length === 0;
    if (!items.length) return;
    this.section.querySelector("[data-why]").textContent = why;
    this.section.querySelector("[data-send-again]").hidden = !maySend;
    this.text.value = items.map(inWords).join("\n");
    this.text.rows = Math.min(items.length + 1, 12);
  }

  hide() {
    this.section.hidden = true;
  }

  async copy() {
    this.text.select();
    try {
      await navigator.clipboard.writeText(this.text.value);
      this.say("Đã sao chép.");
    } catch {
      this.say("Hãy bấm Ctrl+C để sao chép phần đang chọn.");
    }
  }

  throwAway() {
    const button = this.section.querySelector("[data-throw-away]");
    if (!button.dataset.asked) {
      button.dataset.asked = "1";
      button.textContent = "Bấm lần nữa để bỏ hẳn";
      return;
    }
    for (const item of [...this.outbox.items]) this.outbox.drop(item);
    this.thrownAway?.();
    this.hide();
  }

  say(text) {
    this.section.querySelector("[data-done]").textContent = text;
  }
}

// On a page without inputs (locked, submitted) the queue is only shown.
const section = document.querySelector("#kept[data-only-show]");
if (section) {
  const outbox = await new Outbox(section.dataset.user, section.dataset.card).open();
  new Panel(section, outbox).show("Phiếu không còn nhận điểm tự chấm ở trang này.");
}
