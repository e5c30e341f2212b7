// From what is typed to what is sent. What the server answers, and what is said about it, is in hearing.

import { Hearing } from "./hearing.js";
import { newKey } from "./outbox.js";
import {
  allOf, fill, fits, holds, inputsOf, isWhole, leafOf, leaves, markBad, merged, placeOf, same, setStanding, standing,
  tell, valuesOf, versionOf, wordsOf, writtenOf,
} from "./rows.js";
import { Sender } from "./sender.js";
import { isReadable } from "./shapes.js";
import { SAID, hour } from "./words.js";

const HOURS = 3600000;
const TOO_OLD = 12 * HOURS;
const CHOICE_PAUSE = 700;
// Who stops typing for so long means it, though the cursor still stands in the leaf.
const IDLE = 5000;
// Shortly before the lock there is no time for that.
const HURRY = 300;

export class Saving {
  constructor(outbox, tabs, panel, steps) {
    this.outbox = outbox;
    this.tabs = tabs;
    this.steps = steps;
    this.panel = panel;
    this.timers = new Map();
    this.said = new Map();
    this.idle = IDLE;
    this.hearing = new Hearing(outbox, tabs, panel, steps);
    this.sender = new Sender(outbox, tabs, this.hearing);
    this.hearing.resend = (item) => this.send(item);
    panel.sendAgain = () => this.sendAgain();
    panel.thrownAway = () => location.reload();
  }

  async start(table) {
    for (const form of leaves(table)) {
      setStanding(form, writtenOf(form));
      this.steps.settle(form, standing(form));
    }
    this.wire(table);
    this.takeEarly(table);
    const begun = this.begin();
    // A tab may end while this one still reads: a page loaded again finds its own past self dying.
    this.tabs.onGone = () => begun.then(() => this.inherit());
    await begun;
    this.sender.begun = true;
    this.tabs.say({ what: "hello" });
    this.sender.kick();
    this.wireDeadline(table);
  }

  async begin() {
    const early = this.outbox.items;
    await this.outbox.open();
    for (const item of early) this.outbox.put(item);
    this.outbox.lost = () => this.hearing.lost();
    this.hearing.lost();
    this.restore(this.outbox.items.filter((item) => !early.includes(item)));
  }

  wire(table) {
    table.addEventListener("input", (event) => this.typed(event));
    table.addEventListener("compositionstart", () => { this.composing = true; });
    table.addEventListener("compositionend", (event) => {
      this.composing = false;
      this.typed(event);
    });
    table.addEventListener("focusout", (event) => this.left(event));
    table.addEventListener("submit", (event) => this.submitted(event));
    table.addEventListener("click", (event) => this.chosen(event));
    document.getElementById("to-unsaved")?.addEventListener("click", () => this.toUnsaved());
    window.addEventListener("pagehide", () => this.keepAll(table));
    window.addEventListener("beforeunload", (event) => {
      if (!this.outbox.kept && this.outbox.items.length) event.preventDefault();
    });
  }

  wireDeadline(table) {
    document.addEventListener("deadline:near", () => this.hurry(table));
    document.addEventListener("deadline:passed", () => this.passed(table));
    if ("past" in document.documentElement.dataset) this.passed(table);
  }

  /** What was typed before this file arrived is not lost either. */
  takeEarly(table) {
    for (const form of leaves(table)) {
      if (same(valuesOf(form), standing(form))) continue;
      this.keep(form);
      if (form.contains(document.activeElement)) this.commitIn(form, this.idle);
      else this.commit(form);
    }
  }

  // --- from the person -----------------------------------------------------------------------------------------

  typed(event) {
    const form = event.target.closest("form[data-leaf]");
    if (!form || event.isComposing || this.composing) return;
    this.keep(form);
    // Arrow keys run through the levels of a list: the last one counts.
    this.commitIn(form, event.target.matches("select, [type=checkbox]") ? Math.min(CHOICE_PAUSE, this.idle) : this.idle);
  }

  commitIn(form, pause) {
    clearTimeout(this.timers.get(form));
    this.timers.set(form, setTimeout(() => {
      if (this.composing) this.commitIn(form, pause);
      else if (isWhole(form)) this.commit(form);
    }, pause));
  }

  /** The lock is near: what stands in the inputs goes out without waiting for the person to leave them. */
  hurry(table) {
    this.idle = HURRY;
    for (const form of leaves(table)) {
      // What was kept from before waits for her word, see restore.
      const typed = this.timers.has(form) && this.outbox.openFor(form.dataset.code)?.state === "draft";
      if (typed) this.commitIn(form, HURRY);
    }
  }

  /** The lock has passed on this page: what is on its way the server judges, everything else is shown. */
  passed(table) {
    this.composing = false; // what was being composed stands in its input
    this.keepAll(table);
    for (const item of this.outbox.items) this.outbox.put(Object.assign(item, { late: true }));
    this.hearing.over();
  }

  left(event) {
    const form = event.target.closest("form[data-leaf]");
    if (form && !form.contains(event.relatedTarget)) this.commit(form);
  }

  submitted(event) {
    const form = event.target.closest("form[data-leaf]");
    if (!form) return;
    event.preventDefault();
    this.put([form]);
  }

  /** What stands in these leaves is meant, all of it one step of the person. */
  put(forms) {
    this.steps.note(forms);
    for (const form of forms) {
      this.keep(form);
      this.commit(form);
    }
  }

  /** Bring the person to the first leaf that waits for her. */
  toUnsaved() {
    const waits = (form) => ["draft", "refused", "asked"].includes(this.outbox.openFor(form.dataset.code)?.state);
    const form = leaves().find(waits);
    if (!form) return this.panel.section.scrollIntoView();
    inputsOf(form)[0].focus();
    return placeOf(form).scrollIntoView({ block: "center" });
  }

  keepAll(table) {
    for (const form of leaves(table)) {
      const waiting = this.outbox.ofLeaf(form.dataset.code).at(-1)?.values;
      if (!holds(form, { ...standing(form), ...waiting })) this.keep(form);
    }
  }

  /** Keep what stands in the inputs of a leaf, not sent yet. */
  keep(form) {
    const place = placeOf(form).querySelector(".row-saved");
    if (!this.outbox.ofLeaf(form.dataset.code).length) this.said.set(form, [place?.dataset.state ?? "", place?.textContent ?? ""]);
    const item = this.outbox.openFor(form.dataset.code) ?? this.fresh(form);
    Object.assign(item, {
      values: allOf(form, item.values), key: newKey(this.outbox.user), state: "draft", at: Date.now(),
      late: this.sender.stopped, ...wordsOf(form, item),
    });
    if (place?.textContent !== SAID.draft) tell(form, "draft", SAID.typing);
    this.outbox.put(item).then(() => this.hearing.draft(item, form));
    this.hearing.changed();
  }

  fresh(form) {
    const { owner, card } = this.outbox;
    return { owner, card, code: form.dataset.code, url: form.action, version: versionOf(form) };
  }

  /** What was typed is meant: send it, unless it is what stands, or not whole. */
  commit(form) {
    clearTimeout(this.timers.get(form));
    this.steps.note([form]);
    const item = this.outbox.openFor(form.dataset.code);
    if (!item || item.state !== "draft") return; // refused and asked wait for another value
    if (same({ ...standing(form), ...item.values }, standing(form)) && this.outbox.ofLeaf(item.code).length === 1) {
      this.forget(form, item);
    } else if (isWhole(form)) {
      this.send(item);
    } else {
      this.hearing.draft(item, form);
    }
    this.hearing.changed();
  }

  forget(form, item) {
    this.outbox.drop(item);
    tell(form, ...(this.said.get(form) ?? ["", ""]));
    markBad(form, false);
    form.dispatchEvent(new CustomEvent("leaf:restored", { bubbles: true }));
  }

  send(item) {
    item.state = "ready";
    this.outbox.put(item);
    this.sender.now();
  }

  /** One of two values is chosen where somebody was faster. */
  chosen(event) {
    const button = event.target.closest("[data-choose]");
    if (!button) return;
    event.preventDefault();
    const place = placeOf(button);
    const form = place.querySelector("form[data-leaf]");
    const over = place.querySelector("form[data-over]");
    const item = this.outbox.openFor(form.dataset.code) ?? this.fresh(form);
    let values = allOf(form, item.values);
    if (button.dataset.choose === "theirs") {
      const theirs = [...over.querySelectorAll("[data-standing]")];
      fill(form, Object.fromEntries(theirs.map((input) => [input.name, input.dataset.standing])));
      values = valuesOf(form);
    }
    this.steps.settle(form);
    Object.assign(item, {
      values, version: Number(over.dataset.over), key: newKey(this.outbox.user), at: Date.now(),
    });
    this.send(item);
    inputsOf(form)[0].focus();
  }

  // --- from an earlier page or a closed tab --------------------------------------------------------------------

  async inherit() {
    if (!this.outbox.database) return;
    this.restore(await this.outbox.adopt());
    this.sender.kick();
  }

  /** Put what was kept back into the inputs; what is fresh is sent, what is old or was shut out is asked about. */
  restore(items) {
    const doubtful = items.filter((item) => this.isDoubtful(item, items));
    for (const item of items) {
      if (!isReadable(item)) continue;
      if (doubtful.includes(item)) item.state = "draft";
      // Why it was not taken was said on the page before: ask again.
      else if (item.state === "refused" || item.state === "asked") item.state = "ready";
    }
    if (doubtful.length) {
      this.panel.show("Các giá trị sau được giữ trên máy từ trước và chưa có trong hệ thống. Hãy xem lại rồi gửi.", true);
    }
    this.hearing.changed();
  }

  /** Answer whether a kept item needs the person's eyes; what has its place is put back there. */
  isDoubtful(item, inherited) {
    const form = leafOf(item.code);
    const last = this.outbox.ofLeaf(item.code).at(-1);
    const newer = last !== item;
    if (!isReadable(item)) return true;
    if (form && !inherited.includes(last)) this.takeIn(form, item, last);
    if (!form || newer) return !form || item.state === "draft";
    const fitting = fits(form, item.values);
    if (fitting) {
      this.steps.settle(form);
      const aside = "note" in item.values && !("note" in valuesOf(form)) ? " (có phần giải trình)" : "";
      tell(form, "draft", `Giữ trên máy từ ${hour(item.at)}${aside}, chưa lưu`);
    }
    return !fitting || item.late || Date.now() - item.at > TOO_OLD;
  }

  /** What another tab left comes before what is typed here; of that only what she touched stands against it. */
  takeIn(form, item, last) {
    if (last.state === "sent" || !isReadable(last)) return;
    last.values = merged(last.values, standing(form), item.values);
    fill(form, last.values);
    this.outbox.put(last);
  }

  sendAgain() {
    this.sender.stopped = false;
    this.hearing.shutBecause = "";
    this.hearing.reached();
    for (const item of this.outbox.items) {
      const form = isReadable(item) ? leafOf(item.code) : null;
      if (form && isWhole(form) && holds(form, item.values)) {
        this.outbox.put(Object.assign(item, { state: "ready", late: false }));
      }
    }
    if (this.outbox.items.every((item) => item.state === "ready")) this.panel.hide();
    else this.panel.show("Các giá trị sau không còn chỗ trong phiếu hoặc chưa đủ. Hãy chép lại rồi nhập.");
    this.sender.now();
  }
}
