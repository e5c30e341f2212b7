// Where the list of fields is out of view (a zoomed page, a phone), the bar of totals tells of the field at work.

export function wireProgress(table) {
  const place = document.getElementById("field-now");
  let shown;

  function show(field) {
    const told = field?.querySelector(".field-progress");
    if (!told || field === shown) return;
    shown = field;
    const name = Object.assign(document.createElement("span"), {
      textContent: `Lĩnh vực ${field.querySelector("tr.group").id.slice("field-".length)}: `,
    });
    place.replaceChildren(name, ...[...told.childNodes].map((node) => node.cloneNode(true)));
  }

  // The field that crosses the upper middle of the window.
  const watch = new IntersectionObserver((seen) => {
    for (const one of seen) if (one.isIntersecting) show(one.target);
  }, { rootMargin: "-45% 0px -50% 0px" });
  for (const field of table.tBodies) watch.observe(field);
  table.addEventListener("focusin", (event) => show(event.target.closest("tbody")));
}
