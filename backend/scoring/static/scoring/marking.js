// Marking by keys, one leaf after another or one unit after another: Enter in an empty box of points agrees, what is
// saved goes on to the next that is owed points, and the code of a canned reason shows its sentence as it will stand.

const BLANK = "…";
const FORM = ".mark form[data-mark]";

document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.(`${FORM} [name=points], ${FORM} [name=reason]`);
  if (!box || event.key !== "Enter" || event.isComposing || event.altKey) return;
  const { agree, reason } = box.form.elements;
  const empty = box.name === "points" && !box.value.trim() && !reason.value.trim();
  if (empty && agree) {
    event.preventDefault();
    agree.click();
  } else if (box.matches("select") || (box.matches("textarea") && (event.ctrlKey || event.metaKey))) {
    event.preventDefault();
    box.form.requestSubmit();
  }
});

const owed = (place) => place.closest("[data-left]") !== null;
const shown = (place) => place.offsetParent !== null;

/** Go to the next box of points behind this piece that is owed, else to the next one, else to the way on. */
function goOn(piece) {
  const places = [...document.querySelectorAll(`${FORM} [name=points]`)].filter(shown);
  const behind = places.filter((place) => piece.compareDocumentPosition(place) === Node.DOCUMENT_POSITION_FOLLOWING);
  const next = behind.find(owed) ?? behind[0];
  (next ?? document.querySelector("a[rel=next]"))?.focus();
  next?.closest(".mark").scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:load", (event) => {
  const piece = event.detail.elt;
  if (piece.matches?.("[data-just-saved]")) goOn(piece);
});

/** The button of a canned reason: one of the leaf's own where it has a list, else one of the page's. */
function offered(place, code) {
  const own = place.closest(".mark")?.querySelector(`[data-canned="${CSS.escape(code)}"]`);
  return own ?? document.querySelector(`#canned [data-canned="${CSS.escape(code)}"]`);
}

/** The sentence that a typed code with its parts makes; empty where no code stands first. */
function sentence(place) {
  const [code, ...rest] = place.value.trim().split(/\s+/);
  const text = code && offered(place, code.toLowerCase())?.dataset.text;
  if (!text) return "";
  const parts = rest.join(" ").split(/\s*;\s*/).filter(Boolean);
  return text.split(BLANK).reduce((said, piece) => said + (parts.shift() ?? BLANK) + piece);
}

let lastReason = null;
document.addEventListener("focusin", (event) => {
  if (event.target.matches?.(`${FORM} [name=reason]`)) lastReason = event.target;
});
document.addEventListener("input", (event) => {
  if (!event.target.matches?.(`${FORM} [name=reason]`)) return;
  event.target.form.querySelector("[data-canned-said]").textContent = sentence(event.target);
});

function placeFor(button) {
  const own = button.closest(".mark")?.querySelector("form[data-mark] [name=reason]");
  if (own) return own;
  return lastReason?.isConnected ? lastReason : document.querySelector(`[data-left] [name=reason], ${FORM} [name=reason]`);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-canned]");
  const place = button && placeFor(button);
  if (!place) return;
  place.value = `${button.dataset.canned} `;
  place.focus();
  place.dispatchEvent(new Event("input", { bubbles: true }));
});
