// "@" and a few letters, with or without accents, offer the unit's people; choosing one ticks her name below.
// Without this the ticks alone do it. Nothing happens while an input method composes.

const form = document.querySelector("form[data-mentions]");
const LONGEST = 40;

function fold(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").replace(/\s+/g, " ").toLowerCase();
}

function peopleOf(boxes) {
  return boxes.map((box) => ({ box, name: box.closest("label").textContent.trim() }));
}

class Mentions {
  constructor(area, people) {
    this.area = area;
    this.people = people;
    this.list = this.makeList();
    this.at = -1;
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-controls", this.list.id);
    area.addEventListener("input", (event) => { if (!event.isComposing) this.look(); });
    area.addEventListener("compositionend", () => this.look());
    area.addEventListener("keydown", (event) => this.key(event));
    area.addEventListener("blur", () => this.close());
  }

  makeList() {
    const list = document.createElement("ul");
    list.id = `${this.area.id}-people`;
    list.className = "mention-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Người của đơn vị");
    list.hidden = true;
    this.area.after(list);
    return list;
  }

  /** Return where the "@" of the name being typed stands, and the letters after it; null without one. */
  typing() {
    const before = this.area.value.slice(0, this.area.selectionStart);
    const start = before.lastIndexOf("@");
    const part = before.slice(start + 1);
    const opens = start === 0 || /[\s(,;]/.test(before[start - 1] ?? "");
    return start < 0 || !opens || part.length > LONGEST || /[\n@]/.test(part) ? null : { start, part: fold(part) };
  }

  look() {
    const typed = this.typing();
    const fits = (person) => ` ${fold(person.name)}`.includes(` ${typed.part}`);
    this.shown = typed ? this.people.filter(fits).slice(0, 8) : [];
    if (!this.shown.length || this.shown.some((person) => fold(person.name) === typed.part)) {
      this.close();
      return;
    }
    this.list.replaceChildren(...this.shown.map((person, place) => this.option(person, place)));
    this.list.hidden = false;
    this.mark(0);
  }

  option(person, place) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${place}`;
    option.setAttribute("role", "option");
    option.textContent = person.name;
    // mousedown, so that the text keeps the focus
    option.addEventListener("mousedown", (event) => { event.preventDefault(); this.choose(place); });
    return option;
  }

  mark(place) {
    this.at = place;
    for (const [number, option] of [...this.list.children].entries()) {
      option.setAttribute("aria-selected", String(number === place));
    }
    this.area.setAttribute("aria-activedescendant", `${this.list.id}-${place}`);
  }

  key(event) {
    if (this.list.hidden || event.isComposing || event.keyCode === 229) return;
    const last = this.shown.length - 1;
    const acts = {
      ArrowDown: () => this.mark(this.at < last ? this.at + 1 : 0),
      ArrowUp: () => this.mark(this.at > 0 ? this.at - 1 : last),
      Enter: () => this.choose(this.at),
      Tab: () => this.choose(this.at),
      Escape: () => this.close(),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  choose(place) {
    const person = this.shown[place];
    const { start } = this.typing();
    this.area.setRangeText(`@${person.name} `, start, this.area.selectionStart, "end");
    person.box.checked = true;
    this.area.dispatchEvent(new Event("change", { bubbles: true }));
    this.close();
  }

  close() {
    this.list.hidden = true;
    this.area.removeAttribute("aria-activedescendant");
  }
}

if (form) {
  const boxes = [...form.querySelectorAll("input[name=mentioned]")];
  if (boxes.length) new Mentions(form.querySelector("textarea"), peopleOf(boxes));
}
