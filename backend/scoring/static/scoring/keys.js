// Moving about in the grid as the W3C's grid pattern has it: arrows between cells, Enter or F2 into a cell, Esc out.
//
// Tab goes through the inputs as on any page. Inside an input, up and down go to the same input of the next leaf.

import { fill, inputsOf, leafOf, valuesOf } from "./rows.js";

const PAGE = 10;

/** An input method is composing: the key is its own (keyCode 229 where isComposing is not told). */
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}

function isWidget(node) {
  return node.matches("input, select, textarea");
}

export function wireKeys(table, saving, blocks) {
  table.setAttribute("role", "grid");
  const rows = () => [...table.querySelectorAll("tr[id^='leaf-']")];
  const formOf = (row) => row?.querySelector("form[data-leaf]");
  let current;

  function mark(cell) {
    if (current) current.tabIndex = -1;
    current = cell;
    current.tabIndex = 0;
  }

  for (const row of rows()) for (const cell of row.cells) cell.tabIndex = -1;
  const first = formOf(rows().find(formOf))?.closest("td") ?? rows()[0]?.cells[0];
  if (first) mark(first);

  function go(row, column) {
    const cell = row?.cells[Math.max(0, Math.min(column, row.cells.length - 1))];
    if (!cell) return;
    mark(cell);
    cell.focus();
    cell.scrollIntoView({ block: "nearest" });
  }

  function edit(input) {
    if (!input) return;
    input.focus();
    input.scrollIntoView({ block: "nearest" });
    if (input.matches("input")) input.select();
  }

  /** The row so many rows on that can be filled; the last such one when there are not so many. */
  function fillable(row, by) {
    const all = rows().filter(formOf);
    return all[all.indexOf(row) + by];
  }

  /** Enter: the next input of the leaf, then the first of the next leaf; with Shift back. */
  function onward(input, by) {
    const form = input.closest("form");
    const inputs = inputsOf(form);
    const inside = inputs[inputs.indexOf(input) + by];
    if (inside) return edit(inside);
    const next = formOf(fillable(input.closest("tr"), by));
    if (next) return edit(inputsOf(next).at(by > 0 ? 0 : -1));
    return saving.commit(form);
  }

  function across(input, by) {
    const place = inputsOf(input.closest("form")).indexOf(input);
    const form = formOf(fillable(input.closest("tr"), by));
    if (form) edit(inputsOf(form)[Math.min(place, inputsOf(form).length - 1)]);
  }

  function restore(input) {
    const form = input.closest("form");
    if (form.dataset.before) {
      fill(form, JSON.parse(form.dataset.before));
      saving.keep(form);
      saving.commit(form);
    }
    go(form.closest("tr"), form.closest("td").cellIndex);
  }

  function whileEditing(event) {
    const input = event.target;
    const text = input.matches("input");
    if (event.key === "Escape") restore(input);
    else if (event.key === "Enter") onward(input, event.shiftKey ? -1 : 1);
    else if (event.key === "ArrowDown" && text) across(input, 1);
    else if (event.key === "ArrowUp" && text) across(input, -1);
    else return false;
    return true;
  }

  function whileMoving(event, cell) {
    const all = rows();
    const at = all.indexOf(cell.parentElement);
    const column = cell.cellIndex;
    const last = cell.parentElement.cells.length - 1;
    const moves = {
      ArrowUp: () => go(all[at - 1], column),
      ArrowDown: () => go(all[at + 1], column),
      ArrowLeft: () => go(all[at], column - 1),
      ArrowRight: () => go(all[at], column + 1),
      PageUp: () => go(all[Math.max(at - PAGE, 0)], column),
      PageDown: () => go(all[Math.min(at + PAGE, all.length - 1)], column),
      Home: () => go(event.ctrlKey ? all[0] : all[at], 0),
      End: () => go(event.ctrlKey ? all.at(-1) : all[at], last),
    };
    if (!moves[event.key]) return false;
    moves[event.key]();
    return true;
  }

  function atCell(event, cell) {
    const input = cell.querySelector("form[data-leaf] [name^=input_]");
    const inside = input ?? cell.querySelector("a[href], button");
    if (event.key === "Enter" || event.key === "F2") {
      if (event.key === "Enter" && inside?.matches("a")) inside.click();
      else if (input) edit(input);
      else inside?.focus();
    } else if (event.key === "Delete" && input) {
      const form = input.closest("form");
      fill(form, {});
      saving.keep(form);
      saving.commit(form);
    } else if (event.key.length === 1 && input && !event.ctrlKey && !event.metaKey && !event.altKey) {
      edit(input); // the key itself goes into the input
      return false;
    } else {
      return false;
    }
    return true;
  }

  function act(event, cell) {
    const control = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (control && key === "d") return blocks.fillDown(cell.parentElement);
    if (control && key === "z" && !event.shiftKey) return blocks.undo();
    if (event.altKey || (control && !["Home", "End"].includes(event.key))) return false;
    if (isWidget(event.target)) return whileEditing(event);
    if (event.shiftKey && blocks.extend(event.key, cell)) return true;
    if (event.target !== cell && event.key === "Enter") return false; // a link or button in the cell does its own work
    return whileMoving(event, cell) || atCell(event, cell);
  }

  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("tr[id^='leaf-'] > *");
    if (!cell || isComposing(event)) return;
    if (act(event, cell)) event.preventDefault();
  });

  table.addEventListener("focusin", (event) => {
    const cell = event.target.closest("tr[id^='leaf-'] > *");
    if (!cell) return;
    mark(cell);
    const form = event.target.closest("form[data-leaf]");
    if (form && !form.contains(event.relatedTarget)) form.dataset.before = JSON.stringify(valuesOf(form));
  });

  // A click beside the inputs of a cell takes the cell.
  table.addEventListener("mousedown", (event) => {
    const cell = event.target.closest("tr[id^='leaf-'] > td");
    if (cell && event.target === cell) mark(cell);
  });
}
