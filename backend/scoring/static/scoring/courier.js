// Brings parcels to the card, three at a time, piece by piece, from where the system stands. It says nothing
// itself: it tells `hear`.

import { markOf } from "./parcels.js";

export const AT_ONCE = 3;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30000;
const PATIENCE = 120000;

/** The system said no, for this file or for all. */
class Refusal extends Error {
  constructor(status, answer) {
    super(answer.message ?? "");
    this.status = status;
    this.details = answer.details ?? {};
  }
}

function token() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  return cookie ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}

async function post(url, body) {
  const form = new FormData();
  for (const [name, value] of Object.entries(body)) form.append(name, value);
  const answer = await fetch(url, {
    method: "POST", body: form, headers: { "X-CSRFToken": token(), Accept: "application/json" },
    credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout(PATIENCE),
  });
  const known = [401, 403, 404, 409, 413, 422].includes(answer.status);
  if (!answer.ok && !known) throw new Error(`status ${answer.status}`);
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(answer.status, said);
  return said;
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("wake", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}

/** One tab at a time brings a file; the other finds it there afterwards. */
function alone(name, act) {
  return navigator.locks ? navigator.locks.request(name, act) : act();
}

export class Courier {
  constructor(parcels, { address, piece }, hear) {
    Object.assign(this, { parcels, address, piece, hear });
    this.working = 0;
    this.shut = "";
    this.taken = new Set();
    this.waker = new EventTarget();
    for (const event of ["online", "focus"]) window.addEventListener(event, () => this.wake());
  }

  /** Try at once, whatever the waiting time. */
  wake() {
    this.waker.dispatchEvent(new Event("wake"));
  }

  start() {
    while (this.working < AT_ONCE && this.next()) this.work();
  }

  next() {
    return this.shut ? null : this.parcels.queued.find((parcel) => !this.taken.has(parcel));
  }

  async work() {
    this.working += 1;
    for (let parcel = this.next(); parcel; parcel = this.next()) {
      this.taken.add(parcel);
      await this.bring(parcel);
    }
    this.working -= 1;
    if (!this.working) this.hear.rested();
  }

  /** Bring one file whole, however often the line breaks. */
  async bring(parcel) {
    let wait = FIRST_WAIT;
    while (!this.shut) {
      try {
        parcel.mark ||= await markOf(parcel.file);
        const upload = await alone(`parcel ${parcel.owner} ${parcel.mark}`, () => this.once(parcel, () => { wait = FIRST_WAIT; }));
        parcel.state = "arrived";
        this.parcels.drop(parcel);
        this.hear.arrived(parcel, upload);
        return;
      } catch (problem) {
        if (this.judge(parcel, problem)) return;
        this.hear.away(parcel, problem instanceof Refusal ? problem.message : "");
        await pause(wait, this.waker);
        wait = Math.min(wait * 2, LONGEST_WAIT);
      }
    }
    this.late(parcel);
  }

  /** Ask what is there already, send the rest, have the whole judged. */
  async once(parcel, progressed) {
    const { name, size } = parcel.file;
    const upload = await post(this.address, { name, size, mark: parcel.mark });
    parcel.begun = true;
    if (upload.state !== "receiving") return upload;
    const own = `${this.address}${upload.id}/`;
    let offset = upload.received;
    this.hear.moved(parcel, offset);
    while (offset < size) {
      const piece = parcel.file.slice(offset, offset + this.piece);
      ({ received: offset } = await post(`${own}pieces/`, { offset, piece }));
      progressed();
      this.hear.moved(parcel, offset);
    }
    return post(`${own}finish/`, {});
  }

  /** Return whether nothing more is to be tried for this parcel. */
  judge(parcel, problem) {
    if (problem.name === "NotReadableError" || problem.name === "NotFoundError") {
      return this.refuse(parcel, "Không đọc được tệp trên máy. Hãy chọn lại tệp.");
    }
    if (!(problem instanceof Refusal)) return false;
    // Another tab or page was faster: ask again where to go on.
    if ("received" in problem.details || "state" in problem.details) return false;
    if (problem.status === 401) return false;
    if (problem.status === 413 || problem.status === 422) return this.refuse(parcel, problem.message);
    this.shut = problem.message || "Phiếu hiện không nhận tài liệu.";
    this.late(parcel);
    this.hear.shut(this.shut);
    return true;
  }

  refuse(parcel, why) {
    Object.assign(parcel, { state: "refused", said: why });
    // What the system has begun it lists itself, with the reason.
    if (parcel.begun) this.parcels.drop(parcel);
    else this.parcels.put(parcel);
    this.hear.refused(parcel);
    return true;
  }

  late(parcel) {
    Object.assign(parcel, { state: "late", said: this.shut });
    this.parcels.put(parcel);
    this.hear.refused(parcel);
  }
}
