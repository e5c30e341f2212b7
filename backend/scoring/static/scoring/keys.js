// Moving about in the grid as the W3C's grid pattern has it: arrows between cells, Enter or F2 into a cell, Esc out.
//
// The grid is one stop of Tab: at a cell Tab leaves it, inside a cell it goes on to the next input. Inside a text, up
// and down go to the same input of the next leaf. On a phone the inputs follow each other as on any page.

import { fill, inputsOf, valuesOf } from "./rows.js";

const PAGE = 10;
const WIDE = "(min-width: 48rem)";
const STOPS = "a[href], button, input:not([type=hidden]), select, textarea";

/** An input method is composing: the key is its own (keyCode 229 where isComposing is not told). */
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}

function isWidget(node) {
  return node.matches("input, select, textarea");
}

function isSeen(node) {
  return node.offsetParent !== null && !node.classList.contains("leaf-save");
}

export function wireKeys(table, saving, blocks) {
  table.setAttribute("role", "grid");
  const wide = window.matchMedia(WIDE);
  const rows = () => [...table.querySelectorAll("tr[id^='leaf-']")];
  const formOf = (row) => row?.querySelector("form[data-leaf]");
  const stopsOf = (cell) => [...cell.querySelectorAll(STOPS)].filter(isSeen);
  let current;

  function mark(cell) {
    if (current) current.tabIndex = -1;
    current = cell;
    current.tabIndex = 0;
  }

  /** What stands in the cells is no stop of Tab of its own; answers of the server bring new ones. */
  function calm(root) {
    for (const stop of root.querySelectorAll(STOPS)) {
      if (wide.matches || stop.classList.contains("leaf-save")) stop.tabIndex = -1;
      else stop.removeAttribute("tabindex");
    }
  }

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

  /** The leaf so many on that can be filled; none past the ends. */
  function fillable(row, by) {
    const all = rows();
    let at = all.indexOf(row) + by;
    while (all[at] && !formOf(all[at])) at += Math.sign(by);
    return all[at];
  }

  /** Enter: the next input of the leaf, then the first of the next leaf; with Shift back. */
  function onward(input, by) {
    const form = input.closest("form");
    const inputs = inputsOf(form);
    const inside = inputs[inputs.indexOf(input) + by];
    if (inside) return edit(inside);
    const next = formOf(fillable(input.closest("tr"), by));
    if (next) return edit(inputsOf(next).at(by > 0 ? 0 : -1));
    return saving.put([form]);
  }

  function across(input, by) {
    const place = inputsOf(input.closest("form")).indexOf(input);
    const form = formOf(fillable(input.closest("tr"), by));
    if (form) edit(inputsOf(form)[Math.min(place, inputsOf(form).length - 1)]);
  }

  /** Tab inside a cell: its next stop, then the next leaf; past the last one it leaves the grid. */
  function tabbed(node, cell, by) {
    const stops = stopsOf(cell);
    const inside = stops[stops.indexOf(node) + by];
    if (inside) inside.matches("input") ? edit(inside) : inside.focus();
    else if (!formOf(cell)) return toCell(cell);
    else if (formOf(fillable(cell.parentElement, by))) edit(inputsOf(formOf(fillable(cell.parentElement, by))).at(by > 0 ? 0 : -1));
    else return toCell(cell);
    return true;
  }

  function toCell(cell) {
    cell.focus();
    return false; // the browser goes on from here, out of the grid
  }

  function restore(input) {
    const form = input.closest("form");
    if (form.dataset.before) {
      fill(form, JSON.parse(form.dataset.before));
      saving.put([form]);
    }
    go(form.closest("tr"), form.closest("td").cellIndex);
  }

  function whileEditing(event, cell) {
    const input = event.target;
    const text = input.matches("input");
    if (event.key === "Escape") restore(input);
    else if (event.key === "F2") go(cell.parentElement, cell.cellIndex);
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
    const inside = input ?? stopsOf(cell)[0];
    if (event.key === "Enter" || event.key === "F2") {
      if (event.key === "Enter" && inside?.matches("a")) inside.click();
      else if (input) edit(input);
      else inside?.focus();
    } else if (["Delete", "Backspace"].includes(event.key) && input) {
      return blocks.empty(cell.parentElement);
    } else if (event.key.length === 1 && input && !event.ctrlKey && !event.metaKey && !event.altKey) {
      edit(input); // the key itself goes into the input
      return false;
    } else {
      return false;
    }
    return true;
  }

  /** Undo and redo: inside an input the browser takes single letters back, until it is as it was. */
  function taken(event, key) {
    const form = isWidget(event.target) ? event.target.closest("form[data-leaf]") : null;
    if (form && saving.steps.isOpen(form)) return false;
    const first = key === "z" && !event.shiftKey ? blocks.undo() : blocks.redo();
    if (!(first instanceof Element)) return first;
    if (form) edit(inputsOf(first)[0]);
    else go(first.closest("tr"), first.closest("td").cellIndex);
    return true;
  }

  function act(event, cell) {
    const control = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (control && key === "d") return blocks.fillDown(cell.parentElement);
    if (control && (key === "z" || key === "y")) return taken(event, key);
    if (event.altKey || (control && !["Home", "End"].includes(event.key))) return false;
    if (event.key === "Tab" && event.target !== cell && wide.matches) return tabbed(event.target, cell, event.shiftKey ? -1 : 1);
    if (isWidget(event.target)) return !control && whileEditing(event, cell);
    if (event.shiftKey && blocks.extend(event.key, cell)) return true;
    if (event.target !== cell) return fromInside(event, cell);
    return whileMoving(event, cell) || atCell(event, cell);
  }

  /** At a link or button in a cell: Esc goes back to the cell, Enter is its own. */
  function fromInside(event, cell) {
    if (["Escape", "F2"].includes(event.key)) go(cell.parentElement, cell.cellIndex);
    else return event.key !== "Enter" && whileMoving(event, cell);
    return true;
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

  for (const row of rows()) for (const cell of row.cells) cell.tabIndex = -1;
  const first = formOf(rows().find(formOf))?.closest("td") ?? rows()[0]?.cells[0];
  if (first) mark(first);
  calm(table);
  wide.addEventListener("change", () => calm(table));
  for (const event of ["leaf:saved", "leaf:refused"]) {
    table.addEventListener(event, ({ target }) => calm(target.closest("tr")));
  }
}
