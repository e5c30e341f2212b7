// Whole blocks at once: a column pasted from a spreadsheet, filling down; and taking back, block or single leaf.

import { byCode, linesOf, take, textOf } from "./clip.js";
import { fill, inputsOf, isWhole, leaves, same, tell, valuesOf } from "./rows.js";

const MEND = "Hãy sửa bảng rồi dán lại; nếu cột đầu là số liệu, hãy ghi phần lẻ bằng dấu phẩy.";

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
    this.last = new Map();
    table.addEventListener("paste", (event) => this.pasted(event));
    table.addEventListener("copy", (event) => this.copied(event));
    table.addEventListener("focusin", () => this.letGo());
    table.addEventListener("leaf:refused", (event) => this.refused(event));
    for (const event of ["leaf:saved", "leaf:restored"]) table.addEventListener(event, ({ target }) => this.taken(target));
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
    const block = { forms: [], misfits: [], wrong: new Map() };
    const found = byCode(lines, all.map(codeOf));
    if (found?.refusal) return this.say(`Chưa dán gì. ${found.refusal} ${MEND}`, [], false);
    if (found) return this.putNamed(all, found, block);
    lines.forEach((cells, at) => this.putLine(all[start + at], column, cells, block, at + 1));
    return this.finish("Đã dán", block);
  }

  putNamed(all, { named, strange, skipped }, block) {
    for (const { code, cells } of named) this.putLine(all.find((row) => codeOf(row) === code), 0, cells, block);
    for (const { code, cells } of strange) {
      block.misfits.push(`${code}: “${cells.filter(Boolean).join(" ")}” – phiếu không có tiêu chí này`);
    }
    this.finish("Đã dán theo mã tiêu chí", block, skipped ? ` Bỏ qua ${skipped} dòng không có mã tiêu chí.` : "");
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

  finish(words, { forms, misfits, wrong }, more = "") {
    this.last = new Map(forms.map((form) => [form, "waits"]));
    Object.assign(this, { did: words, more });
    this.saving.put(forms);
    for (const [form, said] of wrong) tell(form, "error", said);
    this.say(this.outcome(), misfits, forms.length > 0);
  }

  /** What became of the last block: only the server's answers say what is taken. */
  outcome() {
    const states = [...this.last].map(([form, state]) => (state === "waits" && !isWhole(form) ? "half" : state));
    const [saved, refused, waits, half] = ["saved", "refused", "waits", "half"].map(
      (wanted) => states.filter((state) => state === wanted).length,
    );
    const rest = [
      refused && `${refused} tiêu chí bị từ chối`, waits && `${waits} tiêu chí chưa lưu xong`,
      half && `${half} tiêu chí chưa đủ số liệu`,
    ].filter(Boolean);
    return `${[`${this.did} vào ${saved} tiêu chí`, ...rest].join(", ")}.${this.more}`;
  }

  taken(form) {
    if (this.last.get(form) !== "waits" || this.saving.outbox.ofLeaf(form.dataset.code).length) return;
    this.last.set(form, "saved");
    const waiting = [...this.last].some(([one, state]) => state === "waits" && isWhole(one));
    if (!waiting && !this.said.hidden) this.say(this.outcome(), this.misfits, true);
  }

  /** What the rule refuses of the last block is told in the same list. */
  refused(event) {
    const form = event.target;
    if (this.last.get(form) !== "waits") return;
    this.last.set(form, "refused");
    if (this.said.hidden) return;
    const words = event.detail.replace(/ Chưa lưu\. Đang lưu trong hệ thống:.*$/, "");
    this.say(this.outcome(), [...this.misfits, `${form.dataset.code}: ${words}`], true);
  }

  undo() {
    return this.moved(this.steps.back(), "Đã hoàn tác");
  }

  redo() {
    return this.moved(this.steps.again(), "Đã làm lại");
  }

  moved(step, words) {
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
    this.misfits = misfits;
    this.said.hidden = false;
    line.textContent = misfits.length ? `${text} Không nhận ${misfits.length} giá trị:` : text;
    list.replaceChildren(...misfits.map((words) => Object.assign(document.createElement("li"), { textContent: words })));
    button.hidden = !canUndo;
  }
}
