// What was typed and is not in the system yet, kept in this browser (IndexedDB) under its person and card.
//
// An item: { seq, shape, tab, owner, card, code, title, url, values, version, key, state, at, labels, texts, late }.
// Its state:
//   draft    being typed, or not whole yet: kept, never sent
//   ready    to be sent
//   sent     on its way at least once: it may have arrived, so it is sent again as it is, with the same key
//   refused  the rule says no; waits for another value
//   asked    somebody was faster; waits for the person's choice

import { SHAPE, isReadable, upToDate } from "./shapes.js";

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

/** The cards of a person of which something is kept on this machine: [{ url, number }]; none where nothing is. */
export async function keptCards(user) {
  try {
    const database = await opened();
    const found = await done(database.transaction(STORE).objectStore(STORE).getAll());
    database.close();
    const cards = new Map();
    for (const item of found.filter((one) => one.owner.startsWith(`${user}:`))) {
      const url = new URL("../../", new URL(item.url, location.href)).pathname;
      cards.set(url, (cards.get(url) ?? 0) + 1);
    }
    return [...cards].map(([url, number]) => ({ url, number }));
  } catch {
    return [];
  }
}

export class Outbox {
  /**
   * `tabs` tells which of the kept items belong to a tab that still lives; without it all are taken. A page of one
   * leaf gives its `code` and leaves what is kept of the others to the grid.
   */
  constructor(user, card, tabs = null, code = "") {
    this.user = user;
    this.card = card;
    this.owner = `${user}:${card}`;
    this.tabs = tabs;
    this.code = code;
    this.items = [];
    this.kept = false;
  }

  /** Read what earlier pages left behind. Without IndexedDB the queue lives as long as the page. */
  async open() {
    try {
      this.database = await opened();
      this.database.onversionchange = () => this.shut();
      this.database.onclose = () => this.shut();
      this.kept = true;
      await this.adopt();
    } catch {
      this.shut();
    }
    return this;
  }

  shut() {
    this.database?.close();
    this.database = null;
    this.kept = false;
    this.lost?.();
  }

  /** Take over what tabs that are gone have left; answer those items. */
  async adopt() {
    const found = await this.stored();
    const free = new Set();
    for (const tab of new Set(found.map((item) => item.tab ?? ""))) {
      if (!this.tabs || await this.tabs.isGone(tab)) free.add(tab);
      else this.tabs.watch(tab);
    }
    const known = new Set(this.items.map((item) => item.seq));
    const taken = (await this.claim(free)).filter((item) => !known.has(item.seq));
    this.items = [...this.items, ...taken].sort((one, other) => one.seq - other.seq);
    return taken;
  }

  /** In one transaction, so that of two tabs only one gets an item. A page that only shows takes nothing. */
  async claim(free) {
    const store = this.database.transaction(STORE, "readwrite").objectStore(STORE);
    const found = await done(store.index("owner").getAll(this.owner));
    const ours = found.filter((item) => !this.code || item.code === this.code);
    const taken = ours.filter((item) => free.has(item.tab ?? "")).map(upToDate);
    for (const item of this.tabs ? taken.filter(isReadable) : []) {
      item.tab = this.tabs.id;
      store.put(item);
    }
    return taken;
  }

  async stored() {
    const store = this.database.transaction(STORE).objectStore(STORE);
    return done(store.index("owner").getAll(this.owner));
  }

  /** Keep an item at once; what is typed next waits for nothing. The promise tells whether it is on the disk. */
  put(item) {
    item.seq ??= this.nextSeq();
    item.shape = SHAPE;
    item.tab = this.tabs?.id ?? "";
    if (!this.items.includes(item)) this.items.push(item);
    return this.write((store) => store.put({ ...item }));
  }

  /** Let go of an item; one that was changed under the same number meanwhile stays on the disk. */
  drop(item) {
    this.items = this.items.filter((one) => one !== item);
    return this.write((store) => {
      const found = store.get(item.seq);
      found.onsuccess = () => { if (found.result?.key === item.key) store.delete(item.seq); };
    });
  }

  write(act) {
    return new Promise((resolve) => {
      const told = (kept) => {
        if (this.kept && !kept) this.lost?.();
        this.kept = kept;
        resolve(kept);
      };
      if (!this.database) return resolve(false);
      try {
        const change = this.database.transaction(STORE, "readwrite");
        change.oncomplete = () => told(true);
        change.onabort = () => told(false);
        return act(change.objectStore(STORE));
      } catch {
        return told(false);
      }
    });
  }

  /** Whether the item still waits as it is: where tabs can't see each other, another may have sent it. */
  async waits(item) {
    if (!this.database || !this.kept) return true;
    try {
      const found = await done(this.database.transaction(STORE).objectStore(STORE).get(item.seq));
      return found?.key === item.key;
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
    return last && last.state !== "sent" && isReadable(last) ? last : null;
  }

  /** The next one to be sent, in the order of typing; leaves of `aside` wait for another round. */
  next(aside = new Set()) {
    const sendable = (item) => item.state === "sent" || item.state === "ready";
    return this.items.find((item) => sendable(item) && isReadable(item) && !aside.has(item.code)) ?? null;
  }
}
