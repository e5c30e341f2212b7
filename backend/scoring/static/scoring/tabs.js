// Several tabs of one person at one card: each keeps what was typed in it, none sends for a living other one,
// and what one has saved the others show. A tab lives as long as it holds the lock of its name.

function chance() {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Tabs {
  constructor(owner) {
    this.owner = owner;
    this.id = chance();
    this.watched = new Set([this.id]);
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel(`par-index ${owner}`) : null;
    this.channel?.addEventListener("message", (event) => this.heard(event.data));
    this.live();
  }

  live() {
    navigator.locks?.request(this.lockOf(this.id), () => new Promise(() => {})).catch(() => {});
  }

  lockOf(id) {
    return `par-index tab ${id}`;
  }

  /** Tell the others that this tab is there, or what it has saved. */
  say(message) {
    this.channel?.postMessage({ from: this.id, ...message });
  }

  heard(message) {
    this.watch(message.from);
    if (message.what === "hello") this.say({ what: "here" });
    if (message.what === "saved") this.onSaved?.(message);
  }

  /** Whether a tab is gone: what it left behind is free. Without locks nobody can tell, so it is. */
  async isGone(id) {
    if (!id || !navigator.locks) return true;
    if (id === this.id) return false;
    return navigator.locks.request(this.lockOf(id), { ifAvailable: true }, (lock) => Boolean(lock));
  }

  /** Call `onGone` when another tab ends, now or later. */
  watch(id) {
    if (!id || this.watched.has(id) || !navigator.locks) return;
    this.watched.add(id);
    navigator.locks.request(this.lockOf(id), () => {}).then(() => this.onGone?.(id)).catch(() => {});
  }

  /** Run `act` while no other tab of this person sends for this card. */
  alone(act) {
    if (!navigator.locks) return act();
    return navigator.locks.request(`par-index sends ${this.owner}`, act);
  }
}
