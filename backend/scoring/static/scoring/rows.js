// One leaf of the grid: what its inputs hold, what the server's answer puts where, what is said beside it.

/** Every leaf that can be filled, in the order of the page. */
export function leaves(root = document) {
  return [...root.querySelectorAll("form[data-leaf]")];
}

export function leafOf(code, root = document) {
  return leaves(root).find((form) => form.dataset.code === code);
}

/** The inputs of a leaf's rule, in its order. */
export function inputsOf(form) {
  return [...form.querySelectorAll("[name^=input_]")];
}

export function valueOf(input) {
  if (input.type !== "checkbox") return input.value;
  return input.checked ? "on" : "";
}

export function valuesOf(form) {
  return Object.fromEntries(inputsOf(form).map((input) => [input.name, valueOf(input)]));
}

export function same(one, other) {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => (one[name] ?? "").trim() === (other[name] ?? "").trim());
}

/** What the server wrote into the page, whatever was typed before this file arrived. */
export function writtenOf(form) {
  return Object.fromEntries(inputsOf(form).map((input) => {
    if (input.type === "checkbox") return [input.name, input.defaultChecked ? "on" : ""];
    if (!input.matches("select")) return [input.name, input.defaultValue];
    return [input.name, [...input.options].find((option) => option.defaultSelected)?.value ?? ""];
  }));
}

export function fill(form, values) {
  for (const input of inputsOf(form)) {
    const value = values[input.name] ?? "";
    if (input.type === "checkbox") input.checked = !["", "False"].includes(value);
    else input.value = value;
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
  form.dataset.standing = JSON.stringify(values);
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
  const place = form.closest("td").querySelector(".row-saved");
  if (!place) return;
  place.dataset.state = state;
  if (place.textContent !== text) place.textContent = text;
}

export function markBad(form, bad) {
  form.closest("tr").classList.toggle("bad", bad);
  for (const input of inputsOf(form)) {
    if (bad) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
}

/** Put kept values into a leaf; answer whether it still has a place for every one of them. */
export function fits(form, values) {
  const before = valuesOf(form);
  fill(form, values);
  if (same(valuesOf(form), values)) return true;
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
export function wordsOf(form) {
  const labels = {};
  const texts = {};
  for (const input of inputsOf(form)) {
    labels[input.name] = input.labels?.[0]?.textContent.trim() ?? "";
    if (input.matches("select")) texts[input.name] = input.selectedOptions[0]?.text ?? "";
  }
  return { labels, texts, title: form.closest("tr").querySelector(".leaf-title")?.textContent.trim() ?? "" };
}
