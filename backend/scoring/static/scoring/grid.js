// Each leaf saves itself when all its inputs are filled, or all are emptied. Without this file every row has its button.

document.documentElement.classList.add("saves-itself");

/** A leaf is sent whole: half of "done of assigned" says nothing yet. */
function isWhole(form) {
  const inputs = [...form.querySelectorAll("[name^=input_]")];
  const filled = (input) => input.value.trim() !== "";
  if (!inputs.some(filled)) return true;
  // Which of the optional ones count is said by another input; one of them must be there.
  const optional = inputs.filter((input) => "optional" in input.dataset);
  const needed = inputs.filter((input) => !("optional" in input.dataset));
  return needed.every(filled) && (optional.length === 0 || optional.some(filled));
}

let composing = false;
document.addEventListener("compositionstart", () => { composing = true; });
document.addEventListener("compositionend", () => { composing = false; });

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-leaf]");
  if (form && !composing && isWhole(form)) form.requestSubmit();
});

// Enter goes on to the next leaf, as in a spreadsheet; leaving the input saves it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("form[data-leaf] input")) return;
  event.preventDefault();
  const inputs = [...document.querySelectorAll("form[data-leaf] :is(input:not([type=hidden]), select)")];
  const next = inputs[inputs.indexOf(event.target) + 1];
  if (next) next.focus();
  else event.target.blur();
});

// A row with an error is marked; the mark goes when it is saved.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-leaf]");
  if (!form) return;
  const bad = event.detail.xhr.status === 422;
  form.closest("tr").classList.toggle("bad", bad);
  for (const input of form.querySelectorAll("[name^=input_]")) input.toggleAttribute("aria-invalid", false);
});
