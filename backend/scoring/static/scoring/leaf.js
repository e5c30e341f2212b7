// The page of one leaf saves itself as a row of the grid does, by the same queue, and its note with it. Without this
// file its button does.

import { Panel } from "./kept.js";
import { Outbox } from "./outbox.js";
import { fill, inputsIn, leaves, valuesOf } from "./rows.js";
import { Saving } from "./saving.js";
import { Steps } from "./steps.js";
import { Tabs } from "./tabs.js";
import { wireTrying } from "./trying.js";

const place = document.querySelector("[data-leaf-place]");
const [form] = leaves(place);
const section = document.getElementById("kept");
const { user, card, code } = section.dataset;

const tabs = new Tabs(`${user}:${card}`);
const outbox = new Outbox(user, card, tabs, code);
const saving = new Saving(outbox, tabs, new Panel(section, outbox), new Steps());

/** Who came from a list to mend this leaf and pressed the button goes back there once it is saved. */
function wireWayBack() {
  const next = form.elements.next?.value;
  if (!next) return;
  let wanted = false;
  const goBack = () => { if (wanted) location.assign(next); };
  // Before saving hears of it, which may find at once that nothing is to be saved.
  place.addEventListener("submit", (event) => {
    wanted = event.target === form;
  }, true);
  for (const event of ["input", "leaf:refused"]) place.addEventListener(event, () => { wanted = false; });
  for (const event of ["leaf:saved", "leaf:restored"]) place.addEventListener(event, goBack);
}

// Taking the points back is a save like any other: its inputs empty, the note as it is.
place.addEventListener("click", (event) => {
  if (!event.target.closest("[data-clear]")) return;
  event.preventDefault();
  fill(form, Object.fromEntries(Object.keys(inputsIn(valuesOf(form))).map((name) => [name, ""])));
  saving.put([form]);
});

wireWayBack();
wireTrying(place, saving);
await saving.start(place);
form.dataset.leaf = "ready";
