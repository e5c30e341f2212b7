// Phiếu tự chấm: each leaf saves itself, by keyboard or mouse, on line or off. Without this file every row has its button.
//
// Read in this order: rows (one leaf), shapes and outbox (what is kept here), tabs (the person's other ones), posting
// and sender (what is on its way), words and hearing (what is said about it), kept (what could not be sent), steps
// (undo), saving (from typing to sending), trying (the rule's word before): so far the page of one leaf, leaf.js, has it
// all too. Then keys (moving about), clip and blocks (paste, fill down), progress.

import { Blocks } from "./blocks.js";
import { Panel } from "./kept.js";
import { wireKeys } from "./keys.js";
import { Outbox } from "./outbox.js";
import { wireProgress } from "./progress.js";
import { leaves } from "./rows.js";
import { Saving } from "./saving.js";
import { Steps } from "./steps.js";
import { Tabs } from "./tabs.js";
import { wireTrying } from "./trying.js";

const table = document.querySelector("table[data-grid]");
const section = document.getElementById("kept");
const { user, card } = section.dataset;

document.documentElement.classList.add("saves-itself");
for (const form of leaves(table)) form.querySelector(".leaf-save").hidden = true;

const tabs = new Tabs(`${user}:${card}`);
const steps = new Steps();
const outbox = new Outbox(user, card, tabs);
const saving = new Saving(outbox, tabs, new Panel(section, outbox), steps);
const blocks = new Blocks(table, saving);
wireKeys(table, saving, blocks);
wireTrying(table, saving);
wireProgress(table);
await saving.start(table);
table.dataset.grid = "ready";
