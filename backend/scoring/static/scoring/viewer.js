// A document seen in place: closing it empties the place and gives the focus back to the link that opened it.

const openers = new WeakMap();

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, elt, requestConfig } = event.detail;
  if (target.classList.contains("doc-viewer")) openers.set(target, requestConfig?.elt ?? elt);
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.classList?.contains("doc-viewer")) event.target.querySelector(".viewer")?.focus();
});

document.addEventListener("click", (event) => {
  const place = event.target.closest("[data-close-viewer]")?.closest(".doc-viewer");
  if (!place) return;
  place.replaceChildren();
  openers.get(place)?.focus();
});
