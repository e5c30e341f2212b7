// What was typed and is not in the system yet, kept in this browser (IndexedDB) under its person and card.
//
// An item: { seq, owner, card, code, url, values, version, key, state, at, labels, texts, late }. Its state:
//   draft    being typed, or not whole yet: kept, never sent
//   ready    to be sent
//   sent     on its way at least once: it may have arrived, so it is sent again as it is, with the same key
//   refused  the rule says no; waits for another value
//   asked    somebody was faster; waits for the person's choice

const NAME = "par-index-outbox";
const STORE = "writes";

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORE, { keyPath: "seq" }).createIndex("owner", "owner");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** A name for one write that nobody else makes up: the person's number, then chance. */
export function newKey(user) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `${user}-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

export class Outbox {
  constructor(user, card) {
    this.user = user;
    this.card = card;
    this.owner = `${user}:${card}`;
    this.items = [];
    this.kept = false;
  }

  /** Read what an earlier page left behind. Without IndexedDB the queue lives as long as the page. */
  async open() {
    try {
      this.database = await opened();
      this.database.onversionchange = () => this.database.close();
      this.items = await this.stored();
      this.kept = true;
    } catch {
      this.database = null;
    }
    return this;
  }

  async stored() {
    const store = this.database.transaction(STORE).objectStore(STORE);
    return done(store.index("owner").getAll(this.owner));
  }

  /** Keep an item at once; what is typed next waits for nothing. */
  put(item) {
    item.seq ??= this.nextSeq();
    if (!this.items.includes(item)) this.items.push(item);
    this.write((store) => store.put({ ...item }));
    return item;
  }

  drop(item) {
    this.items = this.items.filter((one) => one !== item);
    this.write((store) => store.delete(item.seq));
  }

  write(act) {
    if (!this.database) return;
    try {
      const change = this.database.transaction(STORE, "readwrite");
      change.onabort = () => { this.kept = false; };
      act(change.objectStore(STORE));
    } catch {
      this.kept = false;
    }
  }

  /** Whether the item still waits: another tab of the same person may have sent it. */
  async waits(item) {
    if (!this.database || !this.kept) return true;
    try {
      const found = await done(this.database.transaction(STORE).objectStore(STORE).get(item.seq));
      return Boolean(found);
    } catch {
      return true;
    }
  }

  // Time orders the items of all tabs; the fraction keeps two of one millisecond apart.
  nextSeq() {
    const last = this.items.at(-1)?.seq ?? 0;
    return Math.max(Date.now() + Math.random() / 2, last + 0.001);
  }

  ofLeaf(code) {
    return this.items.filter((item) => item.code === code);
  }

  /** The item that takes what is typed now: never one that may have arrived already. */
  openFor(code) {
    const last = this.ofLeaf(code).at(-1);
    return last && last.state !== "sent" ? last : null;
  }

  /** The next one to be sent, in the order of typing. */
  next() {
    return this.items.find((item) => item.state === "sent" || item.state === "ready") ?? null;
  }
}
