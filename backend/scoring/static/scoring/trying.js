// Points as typed: the server's rule is asked about inputs that are not saved yet, and explains itself.

import { inputsIn, isWhole, placeOf, putPieces, same, valuesOf } from "./rows.js";

const PAUSE = 350;

/** The pieces of a leaf that trying writes over. */
function pieces(form) {
  return [...placeOf(form).querySelectorAll("[id^=said-], [id^=now-]")].map((piece) => piece.outerHTML).join("");
}

/** What the rule is asked about. Of the note, which may be long, it matters only that there is one. */
function asked(form) {
  const { note, ...inputs } = valuesOf(form);
  return note?.trim() ? { ...inputs, note: "1" } : inputs;
}

export function wireTrying(table, saving) {
  const before = new Map();
  let timer;
  let running;

  function isTyped(form, values) {
    const item = saving.outbox.openFor(form.dataset.code);
    return item?.state === "draft" && same(values, asked(form));
  }

  async function ask(form, values, signal) {
    const answer = await fetch(`${form.dataset.try}?${new URLSearchParams(values)}`, {
      headers: { "HX-Request": "true" }, credentials: "same-origin", signal,
    });
    const html = await answer.text();
    const explains = answer.ok || (answer.status === 422 && !answer.headers.has("HX-Retarget"));
    // A late answer must not speak about other inputs, or over what is saved.
    if (!explains || !isTyped(form, values)) return;
    if (!before.has(form)) before.set(form, pieces(form));
    putPieces(html);
  }

  function stop() {
    clearTimeout(timer);
    running?.abort();
  }

  function soon(form) {
    stop();
    timer = setTimeout(() => {
      const values = asked(form);
      const anything = Object.values(inputsIn(values)).some((text) => text.trim());
      if (!anything || !isWhole(form) || !isTyped(form, values) || !navigator.onLine) return;
      running = new AbortController();
      ask(form, values, running.signal).catch(() => {}); // off line nothing is explained; the save will be
    }, PAUSE);
  }

  // What an input method composed is there when it ends; browsers need not tell it by "input" again.
  for (const typed of ["input", "compositionend"]) {
    table.addEventListener(typed, (event) => {
      const form = event.target.closest("form[data-leaf]");
      if (form && !event.isComposing) soon(form);
    });
  }
  // Restored by Esc: what stands is explained as before.
  table.addEventListener("leaf:restored", (event) => {
    stop();
    if (before.has(event.target)) putPieces(before.get(event.target));
    before.delete(event.target);
  });
  table.addEventListener("leaf:saved", (event) => before.delete(event.target));
}
