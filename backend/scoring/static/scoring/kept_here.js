// Bàn làm việc tells where this machine still keeps values of the person's cards that are not in the system.

import { keptCards } from "./outbox.js";

const section = document.getElementById("kept-here");
const lines = section.querySelector("ul");

for (const { url, number } of await keptCards(section.dataset.user)) {
  const link = Object.assign(document.createElement("a"), {
    href: url, textContent: `Mở phiếu để xem và gửi ${number} giá trị`,
  });
  const line = document.createElement("li");
  line.append(link);
  lines.append(line);
}
section.hidden = lines.children.length === 0;
