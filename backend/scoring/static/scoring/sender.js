// Sends what waits in the outbox, one after another, until it has arrived. It says nothing itself: it tells `hear`.

import { deliver } from "./posting.js";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30000;

export class Sender {
  constructor(outbox, tabs, hear) {
    this.outbox = outbox;
    this.tabs = tabs;
    this.hear = hear;
    this.wait = FIRST_WAIT;
    this.stopped = false;
    this.busy = false;
    this.begun = false; // what was typed before the disk was open would be taken for sent by another tab
    window.addEventListener("online", () => this.now());
    window.addEventListener("focus", () => this.now());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.now(); });
  }

  /** Try at once, whatever the waiting time. */
  now() {
    this.wait = FIRST_WAIT;
    return this.kick();
  }

  async kick() {
    if (!this.begun || this.busy || this.stopped || !this.outbox.next()) return;
    this.busy = true;
    this.resting = false;
    clearTimeout(this.timer);
    try {
      await this.tabs.alone(() => this.sendAll());
    } finally {
      this.busy = false;
    }
    this.hear.changed();
    if (!this.resting) this.kick(); // what became ready in the very last moment
  }

  /** A leaf the server fails on waits for the next round; the others are not held up by it. */
  async sendAll() {
    const failing = new Set();
    for (let item = this.outbox.next(failing); item && !this.stopped; item = this.outbox.next(failing)) {
      if (!(await this.outbox.waits(item))) {
        this.outbox.drop(item);
        continue;
      }
      const answer = await this.send(item);
      if (answer.what === "failed") failing.add(item.code);
      if (!this.mayGoOn(answer.what)) return;
    }
    if (failing.size) this.later();
  }

  mayGoOn(what) {
    return ["saved", "asked", "refused", "failed"].includes(what);
  }

  async send(item) {
    item.state = "sent";
    this.outbox.put(item);
    this.hear.sending(item);
    const answer = await deliver(item, this.outbox.user);
    if (answer.what === "saved") this.arrived(item, answer.html);
    else if (answer.what === "asked" || answer.what === "refused") this.put(item, answer);
    else if (answer.what === "shut") this.shut(item, answer.html);
    else this.away(item, answer);
    return answer;
  }

  arrived(item, html) {
    this.wait = FIRST_WAIT;
    this.outbox.drop(item);
    this.hear.saved(item, html);
  }

  put(item, { what, html, aside }) {
    this.wait = FIRST_WAIT;
    item.state = what;
    this.outbox.put(item);
    this.hear[what](item, html, aside);
  }

  away(item, { what, html, pause }) {
    this.hear.away(item, what, html);
    if (what !== "failed") this.later(pause);
  }

  later(pause = 0) {
    clearTimeout(this.timer);
    this.resting = true;
    this.timer = setTimeout(() => this.kick(), Math.max(this.wait, pause));
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  /** The card takes nothing more, or not from this person: everything that waits stays and is shown. */
  shut(item, html) {
    this.stopped = true;
    for (const one of this.outbox.items) this.outbox.put(Object.assign(one, { late: true }));
    this.hear.shut(item, html);
  }
}
