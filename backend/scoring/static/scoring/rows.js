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

/** Put every piece of an answer where its id stands. */
export function putPieces(html) {
  const answer = document.createElement("template");
  answer.innerHTML = html;
  for (const piece of [...answer.content.children]) {
    if (piece.id) document.getElementById(piece.id)?.replaceWith(piece);
  }
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

/** "1.1: Đã làm 46; Được giao 50", for a person to read and to copy. */
export function inWords(item) {
  const form = leafOf(item.code);
  const parts = Object.entries(item.values).map(([name, value]) => {
    const input = form && inputsOf(form).find((one) => one.name === name);
    const label = input?.labels?.[0]?.textContent.trim() ?? item.labels?.[name] ?? "";
    const chosen = input?.matches("select") ? [...input.options].find((one) => one.value === value)?.text : null;
    if (input?.type === "checkbox") return value ? label : "";
    const text = chosen ?? item.texts?.[name] ?? value;
    return `${label}${label ? ": " : ""}${text || "(xoá)"}`;
  });
  return `${item.code}\t${parts.filter(Boolean).join("; ")}`;
}

/** The words of a leaf's inputs, kept with what was typed so that it can be read without the form. */
export function wordsOf(form) {
  const labels = {};
  const texts = {};
  for (const input of inputsOf(form)) {
    labels[input.name] = input.labels?.[0]?.textContent.trim() ?? "";
    if (input.matches("select")) texts[input.name] = input.selectedOptions[0]?.text ?? "";
  }
  return { labels, texts };
}
