// Lines of leaf and section: the leaf's title appears under its code, and a new empty line when the last is used.

function titleOf(code) {
  const options = document.querySelectorAll("#leaves option");
  return [...options].find((option) => option.value === code)?.textContent ?? "";
}

function show(line) {
  const code = line.querySelector(".spot-code").value.trim().replace(/\.$/, "");
  const title = titleOf(code);
  line.querySelector(".spot-title").textContent = code && !title ? "Phiếu không có tiêu chí này" : title;
}

function grow(spots) {
  const last = spots.lastElementChild;
  if (!last.querySelector(".spot-code").value) return;
  const line = last.cloneNode(true);
  for (const input of line.querySelectorAll("input")) {
    input.value = "";
    input.removeAttribute("value");
  }
  line.querySelector(".spot-title").textContent = "";
  spots.append(line);
}

/** Wire every group of lines inside `root`; twice does no harm. */
export function wireSpots(root) {
  for (const spots of root.querySelectorAll("[data-spots]:not([data-wired])")) {
    spots.dataset.wired = "";
    for (const typed of ["input", "compositionend"]) {
      spots.addEventListener(typed, (event) => {
        if (event.isComposing || !event.target.matches(".spot-code")) return;
        show(event.target.closest(".spot"));
        grow(spots);
      });
    }
  }
}

wireSpots(document);
