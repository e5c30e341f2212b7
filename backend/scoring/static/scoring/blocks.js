// Whole blocks at once: a column pasted from a spreadsheet, filling down, and taking either back.

import { fill, inputsOf, leaves, same, tell, valueOf, valuesOf } from "./rows.js";

/** The rows and cells of what a spreadsheet puts on the clipboard; quoted cells may hold tabs and line ends. */
export function cellsOf(text) {
  const rows = [[]];
  const pattern = /(?:"((?:[^"]|"")*)"|([^\t\r\n]*))(\t|\r\n|\n|\r|$)/y;
  while (pattern.lastIndex < text.length) {
    const found = pattern.exec(text);
    if (!found) return text.split(/\r\n|\n|\r/).map((line) => line.split("\t"));
    rows.at(-1).push((found[1]?.replaceAll('""', '"') ?? found[2]).trim());
    if (found[3] !== "\t" && pattern.lastIndex < text.length) rows.push([]);
  }
  return rows;
}

function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").replace(/\s+/g, " ").trim().toLowerCase();
}

function number(text) {
  return /^-?\d+([.,]\d+)?$/.test(text) ? Number(text.replace(",", ".")) : NaN;
}

/** Put a pasted text into an input; answer whether it fits. */
function take(input, text) {
  if (input.type === "checkbox") {
    const yes = ["x", "co", "1", "on"].includes(folded(text));
    input.checked = yes;
    return yes;
  }
  const value = input.matches("select") ? levelFor(input, text) : text;
  if (value !== null) input.value = value;
  return value !== null;
}

/** What an input shows; nothing where no level is chosen. */
function textOf(input) {
  return input.value && input.matches("select") ? input.selectedOptions[0].text : valueOf(input);
}

/** The level that a pasted text names: by its words, or by its points ("Kịp thời (1,00)"). */
function levelFor(select, text) {
  const wanted = folded(text);
  const levels = [...select.options].filter((option) => option.value);
  const read = levels.map((option) => {
    const parts = option.text.match(/^(.*) \(([\d.,]+)\)$/);
    return { option, title: folded(parts?.[1] ?? option.text), points: number(parts?.[2] ?? "") };
  });
  const byWords = read.filter((level) => level.title === wanted || folded(level.option.text) === wanted);
  if (byWords.length === 1) return byWords[0].option.value;
  const byPoints = read.filter((level) => level.points === number(text));
  return byPoints.length === 1 ? byPoints[0].option.value : null;
}

export class Blocks {
  constructor(table, saving) {
    this.table = table;
    this.saving = saving;
    this.done = [];
    this.said = document.getElementById("block-said");
    table.addEventListener("paste", (event) => this.pasted(event));
    table.addEventListener("copy", (event) => this.copied(event));
    table.addEventListener("input", () => { this.typedSince = true; });
    table.addEventListener("focusin", (event) => this.letGo(event));
    this.said.addEventListener("click", (event) => {
      if (event.target.closest("[data-undo]")) this.undo(true);
      if (event.target.closest("[data-close]")) this.said.hidden = true;
    });
  }

  // --- paste ---------------------------------------------------------------------------------------------------

  pasted(event) {
    const text = event.clipboardData.getData("text/plain");
    const cell = event.target.closest("tr[id^='leaf-'] > *");
    const input = event.target.matches("input") ? event.target : null;
    const isBlock = /[\t\r\n]/.test(text.replace(/[\r\n]+$/, ""));
    if (!cell || !text || (input && !isBlock) || event.isComposing) return;
    const first = this.firstFrom(cell.parentElement);
    if (!first) return;
    event.preventDefault();
    this.put(first, input, cellsOf(text.replace(/[\r\n]+$/, "")));
  }

  firstFrom(row) {
    const follows = Node.DOCUMENT_POSITION_FOLLOWING;
    return leaves(this.table).find((form) => row.contains(form) || row.compareDocumentPosition(form) & follows);
  }

  /** One line goes into one leaf, its columns into the leaf's inputs from the one the person stands in. */
  put(first, input, lines) {
    const all = leaves(this.table);
    const start = all.indexOf(first);
    const column = input && first.contains(input) ? inputsOf(first).indexOf(input) : 0;
    const changes = [];
    const misfits = [];
    lines.forEach((cells, at) => {
      const form = all[start + at];
      if (!form) {
        if (cells.some(Boolean)) misfits.push(`Dòng ${at + 1}: “${cells.join(" ")}” – hết tiêu chí để dán`);
        return;
      }
      this.putLine(form, column, cells, changes, misfits);
    });
    this.finish("Đã dán", changes, misfits);
  }

  putLine(form, column, cells, changes, misfits) {
    const before = valuesOf(form);
    const inputs = inputsOf(form);
    const wrong = [];
    cells.forEach((text, at) => {
      const input = inputs[column + at];
      if (!text) return;
      if (!input) wrong.push(`“${text}” – tiêu chí không có ô này`);
      else if (!take(input, text)) wrong.push(`“${text}” – không khớp mức nào`);
    });
    misfits.push(...wrong.map((words) => `${form.dataset.code}: ${words}`));
    changes.push({ form, before, after: valuesOf(form), wrong });
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
    const block = this.anchor ? this.range(form) : [all[all.indexOf(form) - 1], form].filter(Boolean);
    if (block.length < 2) return true;
    const source = inputsOf(block[0]);
    const changes = [];
    const misfits = [];
    for (const target of block.slice(1)) {
      this.putLine(target, 0, source.map(textOf), changes, misfits);
    }
    this.finish("Đã chép xuống", changes, misfits);
    return true;
  }

  copied(event) {
    const cell = event.target.closest?.("tr[id^='leaf-'] > td");
    const form = cell?.querySelector("form[data-leaf]");
    if (!form || event.target !== cell || String(getSelection())) return;
    const lines = this.range(form).map((one) =>
      inputsOf(one).map(textOf).join("\t"));
    event.clipboardData.setData("text/plain", lines.join("\n"));
    event.preventDefault();
  }

  // --- what both have in common --------------------------------------------------------------------------------

  finish(words, changes, misfits) {
    const real = changes.filter((change) => !same(change.before, change.after));
    for (const { form } of real) this.save(form);
    for (const { form, wrong } of changes) if (wrong.length) tell(form, "error", wrong.join("; "));
    if (real.length) this.done.push(real);
    this.typedSince = false;
    this.say(`${words} vào ${real.length} tiêu chí.`, misfits, real.length > 0);
  }

  save(form) {
    this.saving.keep(form);
    this.saving.commit(form);
  }

  /** Take the last block back; what was typed since stays. Answers whether the key was its own. */
  undo(asked = false) {
    if (!this.done.length || (this.typedSince && !asked)) return false;
    const changes = this.done.pop();
    const untouched = changes.filter(({ form, after }) => same(valuesOf(form), after));
    for (const { form, before } of untouched) {
      fill(form, before);
      this.save(form);
    }
    const left = changes.length - untouched.length;
    this.say(`Đã hoàn tác ${untouched.length} tiêu chí.${left ? ` Còn ${left} tiêu chí đã sửa tiếp nên để nguyên.` : ""}`, [], false);
    return true;
  }

  say(text, misfits, canUndo) {
    const [line, list, button] = ["p", "ul", "[data-undo]"].map((part) => this.said.querySelector(part));
    this.said.hidden = false;
    line.textContent = misfits.length ? `${text} Không dán được ${misfits.length} giá trị:` : text;
    list.replaceChildren(...misfits.map((words) => Object.assign(document.createElement("li"), { textContent: words })));
    button.hidden = !canUndo;
  }
}
