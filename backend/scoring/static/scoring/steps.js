// What the person did, step by step, to be taken back and done again: one leaf, or a whole pasted block as one.

import { fill, same, valuesOf } from "./rows.js";

const MOST = 200;

export class Steps {
  constructor() {
    this.past = [];
    this.undone = [];
    this.last = new WeakMap();
  }

  /** What stands in a leaf without the person's doing: taken as it is, nothing to take back. */
  settle(form, values = valuesOf(form)) {
    this.last.set(form, values);
  }

  /** Whether something was typed into the leaf that is no step yet. */
  isOpen(form) {
    return !same(valuesOf(form), this.last.get(form) ?? {});
  }

  /** Make one step of what changed in these leaves since their last steps. */
  note(forms) {
    const step = forms.filter((form) => this.isOpen(form)).map((form) => (
      { form, before: this.last.get(form) ?? {}, after: valuesOf(form) }
    ));
    for (const { form } of step) this.settle(form);
    if (!step.length) return;
    this.past.push(step);
    if (this.past.length > MOST) this.past.shift();
    this.undone = [];
  }

  /** Take the last step back in the inputs; answer { done, left }, null where there is none. */
  back() {
    return this.move(this.past, this.undone, "after", "before");
  }

  /** Do again what was taken back last. */
  again() {
    return this.move(this.undone, this.past, "before", "after");
  }

  /** Leaves that hold something else by now, typed later or by somebody else, are left alone. */
  move(from, to, expected, wanted) {
    const step = from.pop();
    if (!step) return null;
    const done = step.filter((change) => same(valuesOf(change.form), change[expected]));
    for (const { form, [wanted]: values } of done) {
      fill(form, values);
      this.settle(form);
    }
    if (done.length) to.push(done);
    return { done: done.map((change) => change.form), left: step.length - done.length };
  }
}
