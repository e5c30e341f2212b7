// Marking one leaf for many units by keys: Enter in an empty box of points agrees, what is saved goes on to the next
// unit, and the code of a canned reason shows its sentence as it will stand.

const BLANK = "…";
const offered = new Map([...document.querySelectorAll("[data-canned]")].map((button) => [button.dataset.canned, button.dataset.text]));

document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("tr.mark [name=points]");
  if (!box || event.key !== "Enter" || event.isComposing) return;
  const { agree, reason } = box.form.elements;
  if (!agree || box.value.trim() || reason.value.trim()) return;
  event.preventDefault();
  agree.click();
});

/** The next unit that is owed points behind this cell, else the next one, else the way on to the next leaf. */
function goOn(cell) {
  const cells = [...document.querySelectorAll("tr.mark > td.row-mark")];
  const behind = cells.slice(cells.indexOf(cell) + 1).filter((one) => one.querySelector("[name=points]"));
  const next = behind.find((one) => one.hasAttribute("data-left")) ?? behind[0];
  const place = next?.querySelector("[name=points]") ?? document.querySelector("a[rel=next]");
  place?.focus();
  next?.closest("tr").scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:load", (event) => {
  const cell = event.detail.elt;
  if (cell.matches?.("td[data-just-saved]")) goOn(cell);
});

/** The sentence that a typed code with its parts makes; empty where no code stands first. */
function sentence(typed) {
  const [code, ...rest] = typed.trim().split(/\s+/);
  const text = offered.get(code.toLowerCase());
  if (!text) return "";
  const parts = rest.join(" ").split(/\s*;\s*/).filter(Boolean);
  return text.split(BLANK).reduce((said, piece) => said + (parts.shift() ?? BLANK) + piece);
}

let lastReason = null;
document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("tr.mark [name=reason]")) lastReason = event.target;
});
document.addEventListener("input", (event) => {
  if (!event.target.matches?.("tr.mark [name=reason]")) return;
  event.target.form.querySelector("[data-canned-said]").textContent = sentence(event.target.value);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-canned]");
  if (!button) return;
  const place = lastReason?.isConnected ? lastReason : document.querySelector("tr.mark [data-left] [name=reason], tr.mark [name=reason]");
  if (!place) return;
  place.value = `${button.dataset.canned} `;
  place.focus();
  place.dispatchEvent(new Event("input", { bubbles: true }));
});
