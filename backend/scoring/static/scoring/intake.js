// Tải nhiều tài liệu: files dropped or chosen are sent by themselves. Without this file the form sends them in one go.
//
// Read in this order: parcels (what is kept here), courier (what is on its way), this (the page), spots (the tray).

import { Courier } from "./courier.js";
import { Parcels } from "./parcels.js";
import { wireSpots } from "./spots.js";

const MEGABYTE = 1048576;
const REFRESH = 10000;
const root = document.getElementById("intake");
const sending = document.getElementById("sending");
const list = sending.querySelector("[data-parcels]");
const lines = new Map();
const all = { files: 0, there: 0 };

function percent(part, whole) {
  return Math.floor((100 * part) / whole);
}

function inWords(bytes) {
  return `${(bytes / MEGABYTE).toLocaleString("vi-VN", { maximumFractionDigits: 1 })} MB`;
}

function button(text, about, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-link btn-small";
  made.textContent = text;
  made.setAttribute("aria-label", `${text} ${about}`);
  made.addEventListener("click", act);
  return made;
}

function lineOf(parcel) {
  if (lines.has(parcel)) return lines.get(parcel);
  const line = document.createElement("li");
  const text = document.createElement("div");
  const name = document.createElement("p");
  name.className = "file-name";
  name.textContent = parcel.file.name;
  const said = document.createElement("p");
  said.className = "small muted";
  text.append(name, said);
  const bar = document.createElement("progress");
  bar.max = parcel.file.size || 1;
  bar.setAttribute("aria-label", `Đã gửi ${parcel.file.name}`);
  line.append(text, bar);
  list.append(line);
  const made = { line, said, bar };
  lines.set(parcel, made);
  return made;
}

function tell(parcel, text, bad = false) {
  const { line, said } = lineOf(parcel);
  if (bad) list.prepend(line); // what asks for attention stands first
  said.className = bad ? "error" : "small muted";
  if (said.textContent !== text) said.textContent = text;
}

function sum() {
  sending.hidden = lines.size === 0;
  const waiting = parcels.queued.length;
  const bad = [...lines.keys()].filter((parcel) => ["refused", "late"].includes(parcel.state)).length;
  const place = sending.querySelector("[data-all]");
  const bytes = [...lines.keys()].reduce((got, parcel) => got + parcel.sent, 0);
  const total = [...lines.keys()].reduce((size, parcel) => size + parcel.file.size, 0) || 1;
  const parts = [`Đã nhận ${all.there} trên ${all.files} tệp (${percent(bytes, total)} %)`];
  if (bad) parts.push(`${bad} tệp không gửi được`);
  sending.querySelector("[data-all-bar]").value = bytes / total;
  sending.querySelector("h2").textContent = waiting ? "Đang gửi" : bad ? "Có tệp không gửi được" : "Đã gửi xong";
  if (place.textContent !== parts.join(", ")) place.textContent = parts.join(", ");
}

function dismissible(parcel) {
  const { line, bar } = lineOf(parcel);
  if (line.querySelector("button")) return;
  bar.replaceWith(button("Bỏ khỏi danh sách", parcel.file.name, () => {
    parcels.drop(parcel);
    lines.delete(parcel);
    all.files -= 1;
    line.remove();
    sum();
  }));
}

const hear = {
  moved(parcel, offset) {
    parcel.sent = offset;
    lineOf(parcel).bar.value = offset;
    tell(parcel, `${percent(offset, parcel.file.size || 1)} % của ${inWords(parcel.file.size)}`);
    sum();
  },
  arrived(parcel, upload) {
    parcel.sent = parcel.file.size;
    all.there += 1;
    lineOf(parcel).bar.value = parcel.file.size;
    const codes = upload.codes?.length ? `, tiêu chí ${upload.codes.join(", ")}` : ", chưa xếp";
    const said = { waiting: `đã nhận${codes}`, placed: "đã có trên phiếu", double: upload.reason };
    tell(parcel, said[upload.state] ?? upload.state_title ?? "đã nhận");
    sum();
    refresh.soon();
  },
  refused(parcel) {
    tell(parcel, parcel.said, true);
    dismissible(parcel);
    sum();
  },
  away(parcel, why) {
    tell(parcel, why || "Chưa gửi được, sẽ tự gửi tiếp từ chỗ đang dở.", true);
  },
  shut(why) {
    const place = sending.querySelector("[data-why]");
    place.hidden = false;
    place.textContent = `${why} Các tệp dưới đây chưa vào hệ thống.`;
    for (const parcel of parcels.queued) courier.late(parcel);
  },
  rested() {
    sum();
    refresh.now();
  },
};

/** Bring the tray up to date without touching what a person has typed in it. */
const refresh = {
  soon() {
    this.timer ??= setTimeout(() => this.now(), REFRESH);
  },
  async now() {
    clearTimeout(this.timer);
    this.timer = null;
    const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("tray");
    const old = document.getElementById("tray");
    if (!fresh || composing) return;
    keepTyped(old, fresh);
    if (document.activeElement?.closest?.("#tray")) return void this.soon(); // nobody is pulled out of her box
    old.replaceChildren(...fresh.childNodes);
    wireSpots(old);
    hideOwn();
  },
};

/** What this page sends, or keeps, itself is told above; the list asks for the other files only. */
function hideOwn() {
  const part = document.querySelector("[data-part=coming]");
  if (!part) return;
  const own = new Set(parcels.items.map((parcel) => `${parcel.file.name.normalize("NFC")} ${parcel.file.size}`));
  const rows = [...part.querySelectorAll("[data-coming]")];
  for (const row of rows) row.hidden = own.has(`${row.dataset.name} ${row.dataset.size}`);
  part.hidden = rows.every((row) => row.hidden);
}

/** Rows that stand on the page already stay as they are, with what was typed in them. */
function keepTyped(old, fresh) {
  for (const row of fresh.querySelectorAll("[data-upload]")) {
    const standing = old.querySelector(`[data-upload="${row.dataset.upload}"]`);
    const spots = standing?.querySelector("[data-spots]");
    if (spots) row.querySelector("[data-spots]")?.replaceWith(spots);
  }
}

let composing = false;
document.addEventListener("compositionstart", () => { composing = true; });
document.addEventListener("compositionend", () => { composing = false; });

function take(files) {
  for (const file of files) {
    const twice = parcels.queued.some((one) => one.file.name === file.name && one.file.size === file.size
      && one.file.lastModified === file.lastModified);
    if (twice) continue;
    const parcel = parcels.add(file);
    all.files += 1;
    lineOf(parcel);
    tell(parcel, "chờ gửi");
  }
  sum();
  courier.start();
}

/** Files of what was dropped; folders are opened. */
async function filesOf(data) {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return [...data.files];
  return (await Promise.all(entries.map(inside))).flat();
}

async function inside(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => { entry.file(resolve, reject); })];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (!some.length) break;
    found.push(...some);
  }
  return (await Promise.all(found.map(inside))).flat();
}

function wireDrop(form) {
  form.querySelector(".drop-here").hidden = false;
  form.querySelector("button[type=submit]").hidden = true;
  const box = form.querySelector("input[type=file]");
  box.addEventListener("change", () => {
    take(box.files);
    box.value = "";
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    form.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) form.classList.remove("over");
  });
  document.addEventListener("drop", async (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    form.classList.remove("over");
    take(await filesOf(event.dataTransfer));
  });
}

/** What an earlier page left: sent on, or shown with the reason where the card takes nothing more. */
function restore(shut) {
  for (const parcel of parcels.items) {
    all.files += 1;
    if (shut && parcel.state === "queued") {
      Object.assign(parcel, { state: "late", said: "Phiếu không còn nhận tài liệu; tệp này chưa vào hệ thống." });
      parcels.put(parcel);
    } else if (!shut && parcel.state === "late") {
      Object.assign(parcel, { state: "queued", said: "" });
    }
    if (parcel.state === "queued") tell(parcel, "chờ gửi tiếp");
    else hear.refused(parcel);
  }
  sum();
}

const { user, card, address, piece } = root.dataset;
const parcels = await new Parcels(user, card).open();
const courier = new Courier(parcels, { address, piece: Number(piece) }, hear);
wireSpots(document.getElementById("tray"));
restore("shut" in root.dataset);
hideOwn();
const form = document.querySelector("[data-drop]");
if (form) {
  wireDrop(form);
  courier.start();
}
root.dataset.ready = "";
