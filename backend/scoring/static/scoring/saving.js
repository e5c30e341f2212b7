// From what is typed to what is saved, and what is said about it: beside the leaf and for the whole page.

import { Panel } from "./kept.js";
import { newKey } from "./outbox.js";
import {
  fill, inputsOf, isWhole, leafOf, leaves, markBad, putPieces, same, setStanding, standing, tell, valuesOf, versionOf,
  wordsOf, writtenOf,
} from "./rows.js";
import { Sender } from "./sender.js";

const HOURS = 3600000;
const TOO_OLD = 12 * HOURS;
const CHOICE_PAUSE = 700;

const SAID = {
  saving: "Đang lưu…",
  draft: "Đang nhập dở, đã giữ trên máy",
  half: "Chưa đủ số liệu, đã giữ trên máy",
  away: "Chưa lưu được, đã giữ trên máy",
  awayBare: "Chưa lưu được – hãy để nguyên trang này",
  refused: "", // the answer itself says it
  asked: "Chưa lưu – hãy chọn một trong hai giá trị",
  late: "Không gửi được nữa, đã giữ trên máy",
};

function hour(time) {
  return new Date(time).toLocaleString("vi-VN", {
    hour: "2-digit", minute: "2-digit", day: "2-digit", month: "2-digit", timeZone: "Asia/Ho_Chi_Minh",
  });
}

/** The first sentence of a notice of the server. */
function sentenceOf(html) {
  const answer = document.createElement("template");
  answer.innerHTML = html;
  return answer.content.textContent.replace(/\s+/g, " ").trim();
}

function showNotice(html) {
  const place = document.getElementById("page-alert");
  if (place && html) place.innerHTML = html;
}

export class Saving {
  constructor(outbox) {
    this.outbox = outbox;
    this.sender = new Sender(outbox, this);
    this.panel = new Panel(document.getElementById("kept"), outbox);
    this.panel.sendAgain = () => this.sendAgain();
    this.panel.thrownAway = () => location.reload();
    this.state = document.getElementById("save-state");
    this.problem = "";
  }

  async start(table) {
    for (const form of leaves(table)) setStanding(form, writtenOf(form));
    this.wire(table);
    this.takeEarly(table);
    const typedAlready = new Set(this.outbox.items.map((item) => item.code));
    const early = this.outbox.items;
    await this.outbox.open();
    for (const item of early) this.outbox.put(item);
    this.restore(typedAlready);
    this.sender.kick();
  }

  wire(table) {
    table.addEventListener("input", (event) => this.typed(event));
    table.addEventListener("compositionend", (event) => this.typed(event));
    table.addEventListener("focusout", (event) => this.left(event));
    table.addEventListener("submit", (event) => this.submitted(event));
    table.addEventListener("click", (event) => this.chosen(event));
    window.addEventListener("pagehide", () => this.keepAll(table));
    window.addEventListener("beforeunload", (event) => {
      if (!this.outbox.kept && this.outbox.items.length) event.preventDefault();
    });
  }

  /** What was typed before this file arrived is not lost either. */
  takeEarly(table) {
    for (const form of leaves(table)) {
      if (same(valuesOf(form), standing(form))) continue;
      this.keep(form);
      if (!form.contains(document.activeElement)) this.commit(form);
    }
  }

  // --- from the person -----------------------------------------------------------------------------------------

  typed(event) {
    const form = event.target.closest("form[data-leaf]");
    if (!form || event.isComposing) return;
    this.keep(form);
    // Arrow keys run through the levels of a list: the last one counts.
    if (event.target.matches("select, [type=checkbox]")) {
      clearTimeout(this.choice);
      this.choice = setTimeout(() => this.commit(form), CHOICE_PAUSE);
    }
  }

  left(event) {
    const form = event.target.closest("form[data-leaf]");
    if (form && !form.contains(event.relatedTarget)) this.commit(form);
  }

  submitted(event) {
    const form = event.target.closest("form[data-leaf]");
    if (!form) return;
    event.preventDefault();
    this.keep(form);
    this.commit(form);
  }

  keepAll(table) {
    for (const form of leaves(table)) {
      const waiting = this.outbox.ofLeaf(form.dataset.code).at(-1)?.values ?? standing(form);
      if (!same(valuesOf(form), waiting)) this.keep(form);
    }
  }

  /** Keep what stands in the inputs of a leaf, not sent yet. */
  keep(form) {
    const code = form.dataset.code;
    const item = this.outbox.openFor(code) ?? this.fresh(form);
    Object.assign(item, {
      values: valuesOf(form), key: newKey(this.outbox.user), state: "draft", at: Date.now(), late: false, ...wordsOf(form),
    });
    this.outbox.put(item);
    if (this.problem === "shut") this.panel.show(this.shutBecause);
    tell(form, "draft", SAID.draft);
    this.changed();
  }

  fresh(form) {
    const { owner, card } = this.outbox;
    return { owner, card, code: form.dataset.code, url: form.action, version: versionOf(form) };
  }

  /** What was typed is meant: send it, unless it is what stands, or not whole. */
  commit(form) {
    const item = this.outbox.openFor(form.dataset.code);
    if (!item || item.state === "ready") return;
    if (item.state !== "draft") return; // refused and asked wait for another value
    if (same(item.values, standing(form)) && this.outbox.ofLeaf(item.code).length === 1) {
      this.forget(form, item);
    } else if (isWhole(form)) {
      this.send(item);
    } else {
      tell(form, "draft", SAID.half);
    }
    this.changed();
  }

  forget(form, item) {
    this.outbox.drop(item);
    tell(form, "", "");
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
    const form = button.closest("td").querySelector("form[data-leaf]");
    const over = button.closest("td").querySelector("form[data-over]");
    const item = this.outbox.openFor(form.dataset.code) ?? this.fresh(form);
    if (button.dataset.choose === "theirs") {
      const theirs = [...over.querySelectorAll("[data-standing]")];
      fill(form, Object.fromEntries(theirs.map((input) => [input.name, input.dataset.standing])));
    }
    Object.assign(item, {
      values: valuesOf(form), version: Number(over.dataset.over), key: newKey(this.outbox.user), at: Date.now(),
    });
    this.send(item);
    inputsOf(form)[0].focus();
  }

  // --- from an earlier page ------------------------------------------------------------------------------------

  /** Put what was kept back into the inputs; what is fresh is sent, what is old or was shut out is asked about. */
  restore(typedAlready) {
    let doubtful = 0;
    for (const item of this.outbox.items.filter((one) => !typedAlready.has(one.code))) {
      const form = leafOf(item.code);
      const old = item.late || Date.now() - item.at > TOO_OLD;
      if (form) fill(form, item.values);
      if (!form || old) {
        item.state = "draft";
        doubtful += 1;
      }
      // Why it was not taken was said on the page before: ask again.
      if (item.state === "refused" || item.state === "asked") item.state = "ready";
      if (form) tell(form, "draft", `Giữ trên máy từ ${hour(item.at)}, chưa lưu`);
    }
    if (doubtful) {
      this.panel.show("Các giá trị sau được giữ trên máy từ trước và chưa có trong hệ thống. Hãy xem lại rồi gửi.", true);
    }
    this.changed();
  }

  sendAgain() {
    this.sender.stopped = false;
    for (const item of this.outbox.items) {
      const form = leafOf(item.code);
      if (form && isWhole(form)) this.outbox.put(Object.assign(item, { state: "ready", late: false }));
    }
    this.panel.hide();
    this.sender.now();
  }

  // --- from the sender -----------------------------------------------------------------------------------------

  sending(item) {
    const form = leafOf(item.code);
    if (form) tell(form, "saving", SAID.saving);
    this.changed();
  }

  saved(item, html) {
    this.problem = "";
    const form = leafOf(item.code);
    const newer = this.outbox.ofLeaf(item.code);
    if (form) {
      setStanding(form, item.values);
      putPieces(html);
      form.dispatchEvent(new CustomEvent("leaf:saved", { bubbles: true }));
      markBad(form, false);
      for (const one of newer) this.outbox.put(Object.assign(one, { version: versionOf(form) }));
      if (newer.length) tell(form, "draft", SAID.draft);
      this.lastSaved = newer.length ? this.lastSaved : form.closest("td").querySelector(".row-saved")?.textContent;
    }
    document.getElementById("page-alert")?.replaceChildren();
    this.changed();
  }

  refused(item, html, aside) {
    this.notTaken(item, html, SAID.refused, aside);
  }

  asked(item, html) {
    this.notTaken(item, html, SAID.asked, false);
  }

  notTaken(item, html, words, aside) {
    this.problem = "";
    // Another value was typed meanwhile: that one is judged next, this one never arrived.
    if (this.outbox.ofLeaf(item.code).at(-1) !== item) {
      this.outbox.drop(item);
      return;
    }
    const form = leafOf(item.code);
    if (aside) showNotice(html);
    else putPieces(html);
    if (form) {
      markBad(form, true);
      tell(form, "error", words);
    }
  }

  away(item, why, html) {
    this.problem = why;
    if (why === "signed out") {
      showNotice(html || "<div class=\"notice notice-error\"><p>Phiên làm việc đã hết.</p></div>");
      this.panel.show(
        "Phiên làm việc đã hết. Hãy đăng nhập lại ở một thẻ khác của trình duyệt: trang này sẽ tự gửi tiếp.",
      );
    }
    for (const one of this.outbox.items) {
      const form = leafOf(one.code);
      const waits = one.state === "ready" || one.state === "sent";
      if (form && waits) tell(form, "error", this.outbox.kept ? SAID.away : SAID.awayBare);
    }
    this.changed();
  }

  shut(item, html) {
    this.problem = "shut";
    showNotice(html);
    for (const one of this.outbox.items) {
      const form = leafOf(one.code);
      if (form) tell(form, "error", SAID.late);
    }
    this.shutBecause = sentenceOf(html);
    this.panel.show(this.shutBecause);
    this.changed();
  }

  /** Say for the whole page what became of everything; the same words are not said twice. */
  changed() {
    const items = this.outbox.items;
    const waiting = items.filter((item) => item.state === "ready" || item.state === "sent").length;
    const [state, text] = this.words(items, waiting);
    if (!items.length) this.panel.hide();
    if (this.state.textContent === text) return;
    this.state.dataset.state = state;
    this.state.textContent = text;
  }

  words(items, waiting) {
    const onDisk = this.outbox.kept ? "đã giữ trên máy" : "hãy để nguyên trang này";
    if (this.problem === "shut") return ["error", `${items.length} tiêu chí không gửi được, ${onDisk}`];
    if (waiting && this.problem) return ["error", `Chưa lưu được ${waiting} tiêu chí, ${onDisk}`];
    if (waiting) return ["saving", waiting === 1 ? SAID.saving : `Đang lưu ${waiting} tiêu chí…`];
    if (items.length) return ["draft", `${items.length} tiêu chí chưa lưu, ${onDisk}`];
    return ["saved", this.lastSaved ?? ""];
  }
}
