// Steps through the ranking by key without leaving full screen. Without this file the links do the same.

// Up, down and space scroll a long band, as on every page; a presenter's remote sends PageDown and PageUp.
const NEXT = new Set(["ArrowRight", "PageDown", "Enter"]);
const BACK = new Set(["ArrowLeft", "PageUp", "Backspace"]);
let turning = false;

async function turn(link) {
  if (!link || turning) return;
  turning = true;
  try {
    const answer = await fetch(link.href);
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelector("#hall").replaceWith(page.querySelector("#hall"));
    history.replaceState(null, "", link.href);
    ready();
    scrollTo(0, 0);
  } catch {
    location.assign(link.href);
  } finally {
    turning = false;
  }
}

function ready() {
  const full = document.querySelector("[data-full]");
  if (!full || !document.fullscreenEnabled) return;
  full.hidden = false;
  full.addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  });
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  // A link or button in focus keeps its own keys.
  if (event.key === "Enter" && event.target.closest("a, button")) return;
  const wanted = NEXT.has(event.key) ? "next" : BACK.has(event.key) ? "prev" : "";
  if (!wanted) return;
  event.preventDefault();
  turn(document.querySelector(`a[rel="${wanted}"]`));
});
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[rel="next"], a[rel="prev"]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  turn(link);
});
ready();
