// Sends what waits in the outbox, one after another, until it has arrived. It says nothing itself: it tells `hear`.

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30000;
const PATIENCE = 20000;

function token() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  return cookie ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}

function post(item) {
  return fetch(item.url, {
    method: "POST",
    body: new URLSearchParams({ version: item.version, ...item.values }),
    headers: { "HX-Request": "true", "X-CSRFToken": token(), "Idempotency-Key": item.key },
    credentials: "same-origin",
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE),
  });
}

/** Only one tab of a person sends; where the browser has no locks, the server's versions decide. */
function alone(name, act) {
  if (!navigator.locks) return act(true);
  return navigator.locks.request(name, { ifAvailable: true }, (lock) => act(Boolean(lock)));
}

export class Sender {
  constructor(outbox, hear) {
    this.outbox = outbox;
    this.hear = hear;
    this.wait = FIRST_WAIT;
    this.stopped = false;
    this.busy = false;
    window.addEventListener("online", () => this.now());
    window.addEventListener("focus", () => this.now());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.now(); });
  }

  /** Try at once, whatever the waiting time. */
  now() {
    this.wait = FIRST_WAIT;
    this.kick();
  }

  async kick() {
    if (this.busy || this.stopped || !this.outbox.next()) return;
    this.busy = true;
    clearTimeout(this.timer);
    try {
      await alone(`outbox ${this.outbox.owner}`, (mine) => (mine ? this.sendAll() : this.later()));
    } finally {
      this.busy = false;
    }
    this.hear.changed();
  }

  async sendAll() {
    for (let item = this.outbox.next(); item && !this.stopped; item = this.outbox.next()) {
      if (!(await this.outbox.waits(item))) {
        this.outbox.drop(item);
        continue;
      }
      if (!(await this.send(item))) return;
    }
  }

  /** Send one item; answer whether the next may follow. */
  async send(item) {
    item.state = "sent";
    this.outbox.put(item);
    this.hear.sending(item);
    let answer;
    let html;
    try {
      answer = await post(item);
      html = answer.type === "opaqueredirect" ? "" : await answer.text();
    } catch {
      return this.away(item, "offline");
    }
    return this.judge(item, answer, html);
  }

  judge(item, answer, html) {
    const aside = answer.headers.has("HX-Retarget");
    if (answer.ok) return this.arrived(item, html);
    if (answer.status === 409 && !aside) return this.put(item, "asked", html);
    if (answer.status === 422) return this.put(item, "refused", html, aside);
    if (answer.status === 401 || answer.type === "opaqueredirect") return this.away(item, "signed out", html);
    if ([403, 404, 409].includes(answer.status)) return this.shut(item, html);
    return this.away(item, "failed");
  }

  arrived(item, html) {
    this.wait = FIRST_WAIT;
    this.outbox.drop(item);
    this.hear.saved(item, html);
    return true;
  }

  put(item, state, html, aside = false) {
    this.wait = FIRST_WAIT;
    item.state = state;
    this.outbox.put(item);
    this.hear[state](item, html, aside);
    return true;
  }

  away(item, why, html = "") {
    this.hear.away(item, why, html);
    this.later();
    return false;
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.kick(), this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  /** The card takes nothing more, or not from this person: everything that waits stays and is shown. */
  shut(item, html) {
    this.stopped = true;
    for (const one of this.outbox.items) this.outbox.put(Object.assign(one, { late: true }));
    this.hear.shut(item, html);
    return false;
  }
}
