// Whole blocks at once: a column pasted from a spreadsheet, filling down; and taking back, block or single leaf.

import { byCode, linesOf, take, textOf } from "./clip.js";
import { fill, inputsOf, leaves, same, tell, valuesOf } from "./rows.js";

/** Every leaf of the page, also those the unit does not fill: a pasted line stands for one of these. */
function rowsOf(table) {
  return [...table.querySelectorAll("tr[id^='leaf-']")];
}

function codeOf(row) {
  return row.id.slice("leaf-".length);
}

export class Blocks {
  constructor(table, saving) {
    this.table = table;
    this.saving = saving;
    this.steps = saving.steps;
    this.said = document.getElementById("block-said");
    this.last = new Set();
    table.addEventListener("paste", (event) => this.pasted(event));
    table.addEventListener("copy", (event) => this.copied(event));
    table.addEventListener("focusin", () => this.letGo());
    table.addEventListener("leaf:refused", (event) => this.refused(event));
    this.said.addEventListener("click", (event) => {
      if (event.target.closest("[data-undo]")) this.undo();
      if (event.target.closest("[data-close]")) this.said.hidden = true;
    });
  }

  // --- paste ---------------------------------------------------------------------------------------------------

  pasted(event) {
    const cell = event.target.closest("tr[id^='leaf-'] > *");
    const input = event.target.matches("input") ? event.target : null;
    const lines = linesOf(event.clipboardData);
    const isBlock = lines.length > 1 || lines[0]?.length > 1;
    if (!cell || !lines.length || (input && !isBlock) || event.isComposing) return;
    event.preventDefault();
    this.put(cell.parentElement, event.target, lines);
  }

  /** One line goes into one leaf, its columns into the leaf's inputs from the one the person stands in. */
  put(first, place, lines) {
    const all = rowsOf(this.table);
    const start = all.indexOf(first);
    const form = first.querySelector("form[data-leaf]");
    const column = form ? Math.max(inputsOf(form).indexOf(place), 0) : 0;
    const named = byCode(lines, all.map(codeOf));
    const block = { forms: [], misfits: [], wrong: new Map() };
    if (named) {
      for (const { code, cells } of named) this.putLine(all.find((row) => codeOf(row) === code), 0, cells, block);
    } else {
      lines.forEach((cells, at) => this.putLine(all[start + at], column, cells, block, at + 1));
    }
    this.finish(named ? "Đã dán theo mã tiêu chí" : "Đã dán", block);
  }

  putLine(row, column, cells, block, number = 0) {
    const form = row?.querySelector("form[data-leaf]");
    const said = cells.filter(Boolean).join(" ");
    if (!said) return;
    if (!row) block.misfits.push(`Dòng ${number}: “${said}” – hết tiêu chí để dán`);
    else if (!form) block.misfits.push(`${codeOf(row)}: “${said}” – bỏ qua, tiêu chí này không do đơn vị nhập`);
    else this.putCells(form, column, cells, block);
  }

  putCells(form, column, cells, block) {
    const inputs = inputsOf(form);
    const before = valuesOf(form);
    const wrong = [];
    cells.forEach((text, at) => {
      const input = inputs[column + at];
      if (!text) return;
      if (!input) wrong.push(`“${text}” – tiêu chí không có ô này`);
      else if (!take(input, text)) wrong.push(`“${text}” – không khớp mức nào`);
    });
    block.misfits.push(...wrong.map((words) => `${form.dataset.code}: ${words}`));
    if (wrong.length) block.wrong.set(form, wrong.join("; "));
    if (!same(before, valuesOf(form))) block.forms.push(form);
  }

  // --- fill down, copy -----------------------------------------------------------------------------------------

  /** Shift with up or down takes more leaves into the block. */
  extend(key, cell) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[key];
    const all = leaves(this.table);
    const form = cell.querySelector("form[data-leaf]");
    if (!by || !form) return false;
    this.anchor ??= form;
    const next = all[all.indexOf(form) + by];
    if (!next) return true;
    this.extending = true;
    next.closest("td").focus();
    this.extending = false;
    this.paint(next);
    return true;
  }

  range(end) {
    const all = leaves(this.table);
    const [from, to] = [all.indexOf(this.anchor ?? end), all.indexOf(end)].sort((one, other) => one - other);
    return all.slice(from, to + 1);
  }

  paint(end) {
    const taken = new Set(end ? this.range(end) : []);
    for (const form of leaves(this.table)) {
      const cell = form.closest("td");
      if (taken.has(form)) cell.setAttribute("aria-selected", "true");
      else cell.removeAttribute("aria-selected");
    }
  }

  letGo() {
    if (this.extending || !this.anchor) return;
    this.anchor = null;
    this.paint(null);
  }

  /** Ctrl+D: the first leaf of the block goes into the others; without a block, the leaf above into this one. */
  fillDown(row) {
    const form = row.querySelector("form[data-leaf]");
    if (!form) return true;
    const all = leaves(this.table);
    const chosen = this.anchor ? this.range(form) : [all[all.indexOf(form) - 1], form].filter(Boolean);
    if (chosen.length < 2) return true;
    const source = inputsOf(chosen[0]).map(textOf);
    const block = { forms: [], misfits: [], wrong: new Map() };
    for (const target of chosen.slice(1)) this.putCells(target, 0, source, block);
    this.finish("Đã chép xuống", block);
    return true;
  }

  /** Delete empties every leaf of the block. */
  empty(row) {
    const form = row.querySelector("form[data-leaf]");
    if (!form) return false;
    const forms = this.range(form);
    for (const one of forms) fill(one, {});
    this.saving.put(forms);
    return true;
  }

  copied(event) {
    const cell = event.target.closest?.("tr[id^='leaf-'] > td");
    const form = cell?.querySelector("form[data-leaf]");
    if (!form || event.target !== cell || String(getSelection())) return;
    const lines = this.range(form).map((one) => inputsOf(one).map(textOf).join("\t"));
    event.clipboardData.setData("text/plain", lines.join("\n"));
    event.preventDefault();
  }

  // --- what they have in common --------------------------------------------------------------------------------

  finish(words, { forms, misfits, wrong }) {
    this.last = new Set(forms);
    this.saving.put(forms);
    for (const [form, said] of wrong) tell(form, "error", said);
    this.say(`${words} vào ${forms.length} tiêu chí.`, misfits, forms.length > 0);
  }

  /** What the rule refuses of the last block is told in the same list. */
  refused(event) {
    const form = event.target;
    if (!this.last.has(form) || this.said.hidden) return;
    this.last.delete(form);
    const words = event.detail.replace(/ Chưa lưu\. Đang lưu trong hệ thống:.*$/, "");
    this.say(this.words, [...this.misfits, `${form.dataset.code}: ${words}`], true);
  }

  undo() {
    return this.taken(this.steps.back(), "Đã hoàn tác");
  }

  redo() {
    return this.taken(this.steps.again(), "Đã làm lại");
  }

  taken(step, words) {
    if (!step) return false;
    this.last.clear();
    for (const form of step.done) {
      this.saving.keep(form);
      this.saving.commit(form);
    }
    const left = step.left ? ` Còn ${step.left} tiêu chí đã sửa tiếp nên để nguyên.` : "";
    this.say(`${words} ${step.done.length} tiêu chí.${left}`, [], false);
    return step.done[0] ?? true;
  }

  say(text, misfits, canUndo) {
    const [line, list, button] = ["p", "ul", "[data-undo]"].map((part) => this.said.querySelector(part));
    Object.assign(this, { words: text, misfits });
    this.said.hidden = false;
    line.textContent = misfits.length ? `${text} Không nhận ${misfits.length} giá trị:` : text;
    list.replaceChildren(...misfits.map((words) => Object.assign(document.createElement("li"), { textContent: words })));
    button.hidden = !canUndo;
  }
}
