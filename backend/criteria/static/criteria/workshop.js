// The tree by keyboard, and care for what is typed and not saved. Without this file every line is a link and every
// move a button.

const UNSAVED = "Nội dung bạn đang nhập chưa được lưu và sẽ mất. Vẫn tiếp tục?";
const WAYS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "out", ArrowRight: "in" };

const tree = () => document.getElementById("tree");
const lines = () => [...tree().querySelectorAll("a")];
const shown = () => lines().filter((line) => !line.parentElement.hidden);
const levelOf = (line) => Number(line.getAttribute("aria-level"));
const isShut = (line) => line.getAttribute("aria-expanded") === "false";

/** The list becomes a tree: levels, places among neighbours, groups that open and shut. */
function makeTree() {
  const list = tree();
  if (!list || list.getAttribute("role") === "tree") return;
  list.setAttribute("role", "tree");
  const rows = [];
  for (const line of lines()) {
    const item = line.parentElement;
    item.setAttribute("role", "none");
    line.setAttribute("role", "treeitem");
    line.setAttribute("aria-level", item.className.match(/lv(\d)/)[1]);
    line.tabIndex = -1;
    if (item.classList.contains("group")) line.setAttribute("aria-expanded", "true");
    countIn(rows, line);
  }
  for (const shut of remembered()) document.getElementById(shut)?.setAttribute("aria-expanded", "false");
  fold();
  mark();
}

/** Number a line among its neighbours: rows[level] is the run of neighbours it stands in. */
function countIn(rows, line) {
  const level = levelOf(line);
  rows.length = level + 1;
  rows[level] ??= [];
  rows[level].push(line);
  line.setAttribute("aria-posinset", rows[level].length);
  for (const one of rows[level]) one.setAttribute("aria-setsize", rows[level].length);
}

/** Hide what stands under shut groups. */
function fold() {
  let under = 0;
  for (const line of lines()) {
    const level = levelOf(line);
    if (under && level > under) { line.parentElement.hidden = true; continue; }
    line.parentElement.hidden = false;
    under = isShut(line) ? level : 0;
  }
}

const memory = () => `shut-${tree().dataset.set}`;
const remembered = () => JSON.parse(sessionStorage.getItem(memory()) || "[]");

function setShut(line, shut) {
  line.setAttribute("aria-expanded", String(!shut));
  fold();
  sessionStorage.setItem(memory(), JSON.stringify(lines().filter(isShut).map((one) => one.id)));
}

/** The line of the node at right is the current one, in sight and in the order of Tab. */
function mark() {
  for (const line of lines()) {
    line.toggleAttribute("aria-current", false);
    if (line.pathname === location.pathname) line.setAttribute("aria-current", "page");
  }
  const current = tree().querySelector("[aria-current]");
  if (current) reveal(current);
  stop(current || shown()[0]);
}

function reveal(line) {
  for (let above = parentOf(line); above; above = parentOf(above)) setShut(above, false);
  show(line);
}

/** Bring a line into sight within the tree; the page stays where it is. */
function show(line) {
  const side = line.closest(".shop-side");
  const [own, around] = [line.getBoundingClientRect(), side.getBoundingClientRect()];
  if (own.top < around.top) side.scrollTop -= around.top - own.top;
  if (own.bottom > around.bottom) side.scrollTop += own.bottom - around.bottom;
}

/** One line only is reached by Tab. */
function stop(line) {
  for (const other of lines()) other.tabIndex = -1;
  if (line) line.tabIndex = 0;
}

function go(line) {
  if (!line) return;
  stop(line);
  line.focus();
}

function parentOf(line) {
  const all = lines();
  for (let place = all.indexOf(line) - 1; place >= 0; place--) {
    if (levelOf(all[place]) < levelOf(line)) return all[place];
  }
  return null;
}

function right(line) {
  if (!line.hasAttribute("aria-expanded")) return;
  if (isShut(line)) return setShut(line, false);
  const next = shown()[shown().indexOf(line) + 1];
  if (next && levelOf(next) > levelOf(line)) go(next);
}

function left(line) {
  if (line.hasAttribute("aria-expanded") && !isShut(line)) return setShut(line, true);
  go(parentOf(line));
}

const KEYS = {
  ArrowDown: (line) => go(shown()[shown().indexOf(line) + 1]),
  ArrowUp: (line) => go(shown()[shown().indexOf(line) - 1]),
  ArrowRight: right,
  ArrowLeft: left,
  Home: () => go(shown()[0]),
  End: () => go(shown().at(-1)),
  " ": (line) => line.click(),
};

let moving = false;

/** Alt and an arrow move the node itself; the page comes back with the focus on it. */
function move(line, way) {
  if (moving || (isDirty() && !confirm(UNSAVED))) return;
  moving = leaving = true;
  const form = document.getElementById("mover");
  form.action = line.pathname.replace("/edit/", "/move/");
  form.elements.way.value = way;
  sessionStorage.setItem("shop-focus", line.id);
  form.submit();
}

document.addEventListener("keydown", (event) => {
  const line = event.target.closest?.("#tree [role=treeitem]");
  if (!line || event.isComposing || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const act = event.altKey ? WAYS[event.key] && (() => move(line, WAYS[event.key])) : KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act(line);
});

// The arrow before a group opens and shuts it; the rest of the line is a link.
document.addEventListener("click", (event) => {
  const line = event.target.closest?.("#tree [aria-expanded]");
  if (!line || event.target !== line || event.offsetX > parseFloat(getComputedStyle(line).paddingLeft)) return;
  event.preventDefault();
  event.stopPropagation();
  setShut(line, !isShut(line));
}, true);

// --- what is typed and not saved

let clean = "";
let leaving = false;
const form = () => document.getElementById("node-form");
const typed = () => (form() ? new URLSearchParams(new FormData(form())).toString() : "");
const isDirty = () => Boolean(form()) && !leaving && typed() !== clean;

function tellUnsaved() {
  const place = document.getElementById("unsaved");
  if (place) place.hidden = !isDirty();
}

document.addEventListener("input", tellUnsaved);
document.addEventListener("change", tellUnsaved);
window.addEventListener("beforeunload", (event) => { if (isDirty()) event.preventDefault(); });

document.addEventListener("submit", (event) => {
  const sent = event.target;
  if (sent.matches("[data-tool]")) {
    if (isDirty() && !confirm(UNSAVED)) { event.preventDefault(); return; }
    sessionStorage.setItem("shop-focus", event.submitter?.closest("[popover]") ? "" : event.submitter?.id || "");
  }
  if (sent.matches("[data-tool], #node-form")) leaving = true;
});

document.addEventListener("htmx:confirm", (event) => {
  if (!event.target.closest?.("#tree") || event.defaultPrevented) return;
  if (isDirty() && !confirm(UNSAVED)) event.preventDefault();
});

// The last letters of a composed word are tried too.
document.addEventListener("compositionend", (event) => {
  if (event.target.closest?.("#node-form, #try")) {
    setTimeout(() => event.target.dispatchEvent(new Event("input", { bubbles: true })));
  }
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (!tree()) return;
  makeTree();
  if (event.detail.target.id !== "pane") return;
  start();
  mark();
  document.querySelector("#pane [data-pane-title]")?.focus();
});

// An answer that says no is a notice, never a piece of the page that was asked for.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status >= 400) event.detail.selectOverride = "unset";
});

function start() {
  clean = form()?.querySelector("#both, .field-bad") ? "" : typed();
  leaving = false;
  tellUnsaved();
}

/** After a move the focus is where it was: on the line, or on the button. */
function refocus() {
  const id = sessionStorage.getItem("shop-focus");
  sessionStorage.removeItem("shop-focus");
  const place = id && document.getElementById(id);
  if (!place) return;
  if (place.closest("#tree")) go(place);
  else place.focus();
}

// Coming back by the browser's own button shows the page as it was left.
window.addEventListener("pageshow", (event) => { if (event.persisted) moving = leaving = false; });

if (tree()) {
  makeTree();
  start();
  refocus();
}
