// One leaf, in a row of the grid or on its own page: what its inputs hold, what the server's answer puts where, what
// is said beside it. Only the leaf's own page has the note; a row leaves it as it is.

const NOTE = "note";

/** Every leaf that can be filled, in the order of the page. */
export function leaves(root = document) {
  return [...root.querySelectorAll("form[data-leaf]")];
}

export function leafOf(code, root = document) {
  return leaves(root).find((form) => form.dataset.code === code);
}

/** What belongs to a leaf on this page: its row of the grid, or its part of its own page. */
export function placeOf(form) {
  return form.closest("tr, [data-leaf-place]");
}

/** The inputs of a leaf's rule, in its order. */
export function inputsOf(form) {
  return [...form.querySelectorAll("[name^=input_]")];
}

/** Everything of a leaf that can be filled on this page: its inputs, and the note where it stands. */
function fieldsOf(form) {
  return [...form.querySelectorAll(`[name^=input_], [name=${NOTE}]`)];
}

export function valueOf(input) {
  if (input.type !== "checkbox") return input.value;
  return input.checked ? "on" : "";
}

export function valuesOf(form) {
  return Object.fromEntries(fieldsOf(form).map((input) => [input.name, valueOf(input)]));
}

/** The values of the rule's inputs alone. */
export function inputsIn(values) {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name !== NOTE));
}

/** What stands in a leaf of this page, with the note of `before` where the page has no place for it. */
export function allOf(form, before = {}) {
  const here = valuesOf(form);
  return NOTE in before && !(NOTE in here) ? { ...here, [NOTE]: before[NOTE] } : here;
}

export function same(one, other) {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => (one[name] ?? "").trim() === (other[name] ?? "").trim());
}

/** Whether a leaf holds these values; the note counts where both speak of it. */
export function holds(form, values) {
  const here = valuesOf(form);
  return NOTE in here && NOTE in values ? same(here, values) : same(inputsIn(here), inputsIn(values));
}

/** `mine`, with `theirs` where mine is as it was `before`: the inputs as one, the note for itself. */
export function merged(mine, before, theirs) {
  const inputs = same(inputsIn(mine), inputsIn(before)) ? inputsIn(theirs) : {};
  const untouched = NOTE in mine && NOTE in theirs && same({ [NOTE]: mine[NOTE] }, { [NOTE]: before[NOTE] });
  return { ...mine, ...inputs, ...(untouched ? { [NOTE]: theirs[NOTE] } : {}) };
}

/** What the server wrote into the page, whatever was typed before this file arrived; of a refused page nothing stands. */
export function writtenOf(form) {
  if ("unsaved" in form.dataset) return {};
  return Object.fromEntries(fieldsOf(form).map((input) => {
    if (input.type === "checkbox") return [input.name, input.defaultChecked ? "on" : ""];
    if (!input.matches("select")) return [input.name, input.defaultValue];
    return [input.name, [...input.options].find((option) => option.defaultSelected)?.value ?? ""];
  }));
}

/** Put values into a leaf; a note they do not speak of stays. */
export function fill(form, values) {
  for (const input of fieldsOf(form)) {
    if (input.name === NOTE && !(NOTE in values)) continue;
    const value = values[input.name] ?? "";
    if (input.type === "checkbox") input.checked = !["", "False"].includes(value);
    else if (input.value !== value) input.value = value; // the same value again would move the cursor
  }
}

/** A leaf is sent whole: half of "done of assigned" says nothing yet; all empty clears it. */
export function isWhole(form) {
  const inputs = inputsOf(form);
  const filled = (input) => valueOf(input).trim() !== "";
  if (!inputs.some(filled) || inputs.some((input) => input.type === "checkbox" && input.checked)) return true;
  // Which of the optional ones count is said by another input; one of them must be there.
  const texts = inputs.filter((input) => input.type !== "checkbox");
  const optional = texts.filter((input) => "optional" in input.dataset);
  const needed = texts.filter((input) => !("optional" in input.dataset));
  return needed.every(filled) && (optional.length === 0 || optional.some(filled));
}

export function versionOf(form) {
  return Number(form.elements.version.value);
}

/** What stands in the system, as far as this page knows. */
export function standing(form) {
  return JSON.parse(form.dataset.standing ?? "{}");
}

export function setStanding(form, values) {
  const known = { ...standing(form), ...values };
  if (!form.querySelector(`[name=${NOTE}]`)) delete known[NOTE];
  form.dataset.standing = JSON.stringify(known);
}

function piecesOf(html) {
  const answer = document.createElement("template");
  answer.innerHTML = html;
  return [...answer.content.children].filter((piece) => piece.id);
}

/** Put every piece of an answer where its id stands; `wanted` may leave some out. */
export function putPieces(html, wanted = () => true) {
  for (const piece of piecesOf(html).filter(wanted)) {
    document.getElementById(piece.id)?.replaceWith(piece);
    for (const twin of document.querySelectorAll(`[data-same-as="${piece.id}"]`)) twin.textContent = piece.textContent;
  }
}

/** The version that an answer brings: of what it saved, or of what stands where somebody was faster. */
export function versionIn(html) {
  const answer = document.createElement("template");
  answer.innerHTML = html;
  const found = answer.content.querySelector("[data-over]")?.dataset.over
    ?? answer.content.querySelector("input[name=version]")?.value;
  return Number(found);
}

/** Say beside the leaf what became of its last save. */
export function tell(form, state, text) {
  const place = placeOf(form).querySelector(".row-saved");
  if (!place) return;
  place.dataset.state = state;
  if (place.textContent !== text) place.textContent = text;
}

export function markBad(form, bad) {
  placeOf(form).classList.toggle("bad", bad);
  for (const input of inputsOf(form)) {
    if (bad) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
}

/** Put kept values into a leaf; answer whether it still has a place for every one of them, the note aside. */
export function fits(form, values) {
  const before = valuesOf(form);
  fill(form, values);
  if (holds(form, values)) return true;
  fill(form, before);
  return false;
}

/** What was typed into a leaf: "Đã làm: 46; Được giao: 50", for a person to read and to copy. */
export function inWords(item) {
  const parts = Object.entries(item.values).map(([name, value]) => {
    const label = item.labels?.[name] ?? "";
    if (value === "on") return label;
    return value.trim() ? `${label}${label ? ": " : ""}${item.texts?.[name] || value}` : "";
  });
  return parts.filter(Boolean).join("; ") || "(xoá)";
}

/** The words of a leaf and its inputs, kept with what was typed so that it can be read without the form. */
export function wordsOf(form, before = {}) {
  const labels = { ...before.labels };
  const texts = { ...before.texts };
  for (const input of fieldsOf(form)) {
    labels[input.name] = input.labels?.[0]?.textContent.trim() ?? "";
    if (input.matches("select")) texts[input.name] = input.selectedOptions[0]?.text ?? "";
  }
  return { labels, texts, title: form.dataset.title ?? placeOf(form).querySelector(".leaf-title")?.textContent.trim() ?? "" };
}
