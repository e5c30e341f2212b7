// What the server answered, and what is said about it beside the leaf and for the whole page.

import {
  fill, isWhole, leafOf, markBad, merged, placeOf, putPieces, same, setStanding, standing, tell, valuesOf, versionIn,
  versionOf,
} from "./rows.js";
import { SAID, inAll, sentenceOf, showNotice, whyAway } from "./words.js";

/** Pieces of an answer about the inputs themselves; a person who types other ones hears about hers. */
function isOfInputs(piece) {
  return /^(said|saved|now)-/.test(piece.id);
}

export class Hearing {
  constructor(outbox, tabs, panel, steps) {
    this.outbox = outbox;
    this.tabs = tabs;
    this.panel = panel;
    this.steps = steps;
    this.place = document.getElementById("save-state");
    this.toUnsaved = document.getElementById("to-unsaved");
    this.lastSaved = "";
    this.problem = "";
    this.shutBecause = "";
    this.own = new Map();
    tabs.onSaved = (message) => this.elsewhere(message);
  }

  // --- this tab ------------------------------------------------------------------------------------------------

  /** A value that is not sent yet: whether it is on the disk is known only now. */
  draft(item, form) {
    if (item.state !== "draft" || !this.outbox.items.includes(item)) return;
    const { kept } = this.outbox;
    if (this.problem === "shut") {
      tell(form, "error", kept ? SAID.late : SAID.lateBare);
      this.panel.show(this.shutBecause);
    } else if (!isWhole(form) && !form.contains(document.activeElement)) {
      tell(form, "draft", kept ? SAID.half : SAID.halfBare);
    } else {
      tell(form, "draft", kept ? SAID.draft : SAID.draftBare);
    }
  }

  sending(item) {
    const form = leafOf(item.code);
    if (form) tell(form, "saving", SAID.saving);
    this.changed();
  }

  /** The server has answered: nothing stands between, except that the card is shut. */
  reached() {
    this.problem = this.shutBecause ? "shut" : "";
  }

  saved(item, html) {
    this.reached();
    const form = leafOf(item.code);
    const newer = this.outbox.ofLeaf(item.code);
    this.tabs.say({ what: "saved", code: item.code, values: item.values, html });
    if (form) {
      setStanding(form, item.values);
      putPieces(html, (piece) => !newer.length || !isOfInputs(piece));
      form.dispatchEvent(new CustomEvent("leaf:saved", { bubbles: true }));
      markBad(form, false);
      for (const one of newer) this.outbox.put(Object.assign(one, { version: versionOf(form) }));
      if (newer.length) this.draft(newer.at(-1), form);
      else this.lastSaved = placeOf(form).querySelector(".row-saved")?.textContent ?? this.lastSaved;
    }
    if (!this.shutBecause) document.getElementById("page-alert")?.replaceChildren();
    this.changed();
  }

  refused(item, html, aside) {
    this.notTaken(item, html, SAID.refused, aside);
  }

  /** Somebody was faster. Where it was this person in another tab, what she typed here is the later word. */
  asked(item, html) {
    const over = versionIn(html);
    if (this.own.get(item.code) === over) return this.goOn(item, over);
    item.over = over;
    this.notTaken(item, html, SAID.asked, false);
  }

  /** What was on its way and did not arrive may take in what the other tab saved beside it. */
  goOn(item, version) {
    const values = item.instead ?? item.values;
    delete item.instead;
    this.outbox.put(Object.assign(item, { version, values }));
    this.resend(item);
  }

  notTaken(item, html, words, aside) {
    this.reached();
    // Another value was typed meanwhile: that one is judged next, this one never arrived.
    if (this.outbox.ofLeaf(item.code).at(-1) !== item) {
      this.outbox.drop(item);
      return;
    }
    const form = leafOf(item.code);
    if (aside) showNotice(html);
    else putPieces(html);
    if (!form) return;
    markBad(form, true);
    tell(form, "error", words);
    form.dispatchEvent(new CustomEvent("leaf:refused", { bubbles: true, detail: sentenceOf(html) }));
  }

  away(item, what, html) {
    this.problem = what;
    const why = whyAway(what);
    if (why) {
      if (html) showNotice(html);
      this.panel.show(why);
    }
    for (const one of this.outbox.items) {
      const form = leafOf(one.code);
      const waits = one.state === "ready" || one.state === "sent";
      if (form && waits) tell(form, "error", this.outbox.kept ? SAID.away : SAID.awayBare);
    }
    this.changed();
  }

  shut(item, html) {
    showNotice(html);
    this.over(sentenceOf(html));
  }

  /** The card takes nothing more: everything kept is shown. */
  over(why = SAID.over) {
    this.problem = "shut";
    this.shutBecause = why;
    for (const one of this.outbox.items) {
      const form = leafOf(one.code);
      if (form) tell(form, "error", this.outbox.kept ? SAID.late : SAID.lateBare);
    }
    this.panel.show(why);
    this.changed();
  }

  // --- another tab of the same person --------------------------------------------------------------------------

  elsewhere({ code, values, html }) {
    const form = leafOf(code);
    if (!form) return;
    const version = versionIn(html);
    this.own.set(code, version);
    const mine = this.outbox.ofLeaf(code);
    const typing = mine.length > 0 || !same(valuesOf(form), standing(form));
    const before = standing(form);
    putPieces(html, (piece) => !typing || !isOfInputs(piece));
    setStanding(form, values);
    fill(form, typing ? merged(valuesOf(form), before, values) : values);
    if (!typing) this.steps.settle(form);
    for (const item of mine) {
      const both = merged(item.values, before, values);
      this.outbox.put(Object.assign(item, item.state === "sent" ? { instead: both } : { version, values: both }));
    }
    const asked = mine.find((item) => item.state === "asked" && item.over === version);
    if (asked) this.goOn(asked, version);
  }

  // --- the whole page ------------------------------------------------------------------------------------------

  /** Say where this browser can keep nothing: private windows, a full disk. */
  lost() {
    const place = document.getElementById("not-kept");
    if (place) place.hidden = this.outbox.kept;
    this.changed();
  }

  /** Say for the whole page what became of everything; the same words are not said twice. */
  changed() {
    const { items, kept } = this.outbox;
    const [state, text] = inAll({ items, kept, problem: this.problem, lastSaved: this.lastSaved });
    this.panel.refresh();
    if (!this.place) return; // a page of one leaf says it beside the leaf
    this.toUnsaved.hidden = !items.some((item) => ["draft", "refused", "asked"].includes(item.state));
    if (this.place.textContent === text) return;
    this.place.dataset.state = state;
    this.place.textContent = text;
  }
}
