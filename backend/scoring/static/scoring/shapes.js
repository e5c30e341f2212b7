// Items outlive the page that wrote them: a newer page reads what an older one kept, and the other way round.
//
// 1 (no number)  seq, owner, card, code, url, values, version, key, state, at; labels, texts, late from some day on
// 2              tab: the tab that keeps it; title: the leaf's words
// 3              values may hold the note, typed on the leaf's own page; a page of before would drop it
//
// A new shape gets the next number and a step here. What a newer page wrote is shown and never sent or changed.

export const SHAPE = 3;

const STEPS = {
  1: (item) => ({ labels: {}, texts: {}, late: false, title: "", tab: "", ...item, shape: 2 }),
  2: (item) => ({ ...item, shape: 3 }),
};

/** Whether this page knows what the item means. */
export function isReadable(item) {
  return (item.shape ?? 1) <= SHAPE;
}

/** The item as this page writes it; one from the future as it is. */
export function upToDate(item) {
  let found = item;
  while ((found.shape ?? 1) < SHAPE) found = STEPS[found.shape ?? 1](found);
  return found;
}
