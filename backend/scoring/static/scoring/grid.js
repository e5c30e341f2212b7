// Phiếu tự chấm: each leaf saves itself, by keyboard or mouse, on line or off. Without this file every row has its button.
//
// Read in this order: rows (one leaf), outbox (what is kept here), sender (what is on its way), kept (what could
// not be sent), saving (the words about all that), keys (moving about), blocks (paste, fill down, undo), trying.

import { Blocks } from "./blocks.js";
import { wireKeys } from "./keys.js";
import { Outbox } from "./outbox.js";
import { leaves } from "./rows.js";
import { Saving } from "./saving.js";
import { wireTrying } from "./trying.js";

const table = document.querySelector("table[data-grid]");
const { user, card } = document.getElementById("kept").dataset;

document.documentElement.classList.add("saves-itself");
for (const form of leaves(table)) form.querySelector(".leaf-save").hidden = true;

const saving = new Saving(new Outbox(user, card));
const blocks = new Blocks(table, saving);
wireKeys(table, saving, blocks);
wireTrying(table, saving);
await saving.start(table);
table.dataset.grid = "ready";
