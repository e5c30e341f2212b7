// Files that are being sent, kept in this browser (IndexedDB) until the system has them: a reload or a day loses nothing.
//
// A parcel: { seq, owner, file, mark, state, said, sent }. Its state:
//   queued   waits for its turn, or is on its way
//   refused  the system said no to this file; `said` says why
//   late     the card takes nothing more; `said` says why
//   arrived  the system has it; kept here no more

const NAME = "par-index-parcels";
const STORE = "files";

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

/** What tells a file again: the SHA-256 of its content; without a safe connection, what the browser knows of it. */
export async function markOf(file) {
  if (!crypto.subtle) return `t${file.lastModified}`;
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Parcels {
  constructor(user, card) {
    this.owner = `${user}:${card}`;
    this.items = [];
  }

  /** Read what an earlier page left behind. Without IndexedDB a file is chosen again after a reload. */
  async open() {
    try {
      this.database = await opened();
      this.database.onversionchange = () => this.database.close();
      const store = this.database.transaction(STORE).objectStore(STORE);
      this.items = await done(store.index("owner").getAll(this.owner));
    } catch {
      this.database = null;
    }
    return this;
  }

  add(file) {
    const last = this.items.at(-1)?.seq ?? 0;
    const seq = Math.max(Date.now() + Math.random() / 2, last + 0.001);
    const parcel = { seq, owner: this.owner, file, mark: "", state: "queued", said: "", sent: 0 };
    this.items.push(parcel);
    this.put(parcel);
    return parcel;
  }

  put(parcel) {
    this.write((store) => store.put({ ...parcel }));
  }

  drop(parcel) {
    this.items = this.items.filter((one) => one !== parcel);
    this.write((store) => store.delete(parcel.seq));
  }

  // A full disk is no reason to stop sending: then the page says after a reload which files to choose again.
  write(act) {
    if (!this.database) return;
    try {
      const change = this.database.transaction(STORE, "readwrite");
      change.onabort = () => {};
      act(change.objectStore(STORE));
    } catch {
      this.database = null;
    }
  }

  get queued() {
    return this.items.filter((parcel) => parcel.state === "queued");
  }
}
