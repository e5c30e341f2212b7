// Countdowns by the server's clock, and the lock when one that locks the page has run out.
// The page works without this file: the server counts when it renders and refuses what comes too late.

const SAID = {
  over: "Đã hết hạn. Trang này không nhận thêm nội dung; những gì bạn đã nhập vẫn còn để xem và chép lại. Nếu đơn vị được gia hạn, hãy tải lại trang.",
};
const CLOCK = "/clock/";
const ASLEEP = 20000; // ms between two ticks after which the machine has slept or the clock has jumped
const EVERY = 1000;
const NEAR = 10000;

/** "Còn 5 ngày" in the words of the server (core.dates.time_left). */
export function remaining(milliseconds) {
  if (milliseconds <= 0) return "Đã hết hạn";
  const minutes = Math.max(Math.floor(milliseconds / 60000), 1);
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours >= 48) return `Còn ${Math.floor(hours / 24)} ngày`;
  if (!hours) return `Còn ${rest} phút`;
  if (hours >= 24 || !rest) return `Còn ${hours} giờ`;
  return `Còn ${hours} giờ ${rest} phút`;
}

// The server's time at a moment of this page. performance.now() runs evenly whatever the machine's clock says,
// but on some systems it stands still while the machine sleeps: after a gap the server is asked again.
let base = null;
let asking = false;
let last = { steady: performance.now(), wall: Date.now() };

function firstBase() {
  for (const node of document.querySelectorAll("[data-deadline][data-now]")) {
    const at = Date.parse(node.dataset.now);
    if (!Number.isNaN(at)) return { server: at, steady: navigationStart() };
  }
  return null;
}

/** The answer was made before the page got here: count from the first byte, not from now. */
function navigationStart() {
  return performance.getEntriesByType("navigation")[0]?.responseStart ?? performance.now();
}

function serverNow() {
  return base.server + performance.now() - base.steady;
}

/** Ask the server's clock; half of the way there and back is the error, and it is counted to the reader's favour. */
async function askClock() {
  if (asking) return false;
  asking = true;
  try {
    const answer = await fetch(CLOCK, { cache: "no-store", credentials: "same-origin" });
    if (!answer.ok) return false;
    const { now } = await answer.json();
    base = { server: Date.parse(now), steady: performance.now() };
    return true;
  } catch {
    return false;
  } finally {
    asking = false;
  }
}

function hasSlept() {
  const steady = performance.now() - last.steady;
  const wall = Date.now() - last.wall;
  last = { steady: performance.now(), wall: Date.now() };
  return steady > ASLEEP || Math.abs(wall - steady) > ASLEEP;
}

function show() {
  for (const node of document.querySelectorAll("[data-deadline]")) {
    if (!node.dataset.now) continue;
    const text = remaining(Date.parse(node.dataset.deadline) - serverNow());
    if (node.textContent !== text) node.textContent = text;
  }
}

function overdue() {
  return [...document.querySelectorAll("[data-deadline][data-locks]")].find(
    (node) => Date.parse(node.dataset.deadline) <= serverNow(),
  );
}

let locked = false;

/** In the last seconds "deadline:near" tells a page with a queue of its own, again with every tick. */
function warn() {
  const left = [...document.querySelectorAll("[data-deadline][data-locks]")].map(
    (node) => Date.parse(node.dataset.deadline) - serverNow(),
  );
  if (left.some((time) => time <= NEAR)) document.dispatchEvent(new CustomEvent("deadline:near"));
}

/**
 * Stop taking input; everything typed stays where it is. "deadline:passed" tells a page with a queue of its own, and
 * data-past one that was not ready to hear it.
 */
function lock(node) {
  locked = true;
  for (const place of document.querySelectorAll(".deadline")) {
    if (place.contains(node)) place.className = "deadline deadline-past";
  }
  shut(document);
  const place = document.getElementById("page-alert");
  if (place) {
    const box = document.createElement("div");
    const line = document.createElement("p");
    box.className = "notice notice-error";
    line.textContent = SAID.over;
    box.append(line);
    place.replaceChildren(box);
    place.scrollIntoView({ block: "nearest" });
  }
  document.documentElement.dataset.past = "";
  document.dispatchEvent(new CustomEvent("deadline:passed"));
}

/** Forms that write are shut; searches, and what is marked data-after-lock, stay open. */
function shut(root) {
  for (const form of root.querySelectorAll("main form[method=post], main form[hx-post]")) {
    if (form.matches("[data-after-lock]") || form.closest("[data-after-lock]")) continue;
    for (const field of form.elements) {
      if (field.type === "hidden") continue;
      if (field.matches("textarea, input:not([type=checkbox], [type=radio], [type=file], [type=submit])")) {
        field.readOnly = true;
      } else if (field.tagName !== "FIELDSET") {
        field.disabled = true;
      }
    }
  }
}

async function tick() {
  if (!base) base = firstBase();
  if (!base) return;
  if (hasSlept()) await askClock();
  show();
  if (locked) return;
  warn();
  const node = overdue();
  // Only the server says that it is over: the count of this page may run fast.
  if (node && (await askClock()) && overdue()) lock(node);
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
document.addEventListener("htmx:afterSwap", () => { if (locked) shut(document); });
tick();
setInterval(tick, EVERY);
