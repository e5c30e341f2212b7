// The leader reads: a look is noted after she has had the page before her, Alt+↓ and Alt+↑ go from leaf to leaf.

const LOOKED = 3000; // milliseconds

const review = document.querySelector("[data-look]");
const lookForm = document.querySelector("[data-look-form]");

function note() {
  if (document.visibilityState !== "visible") return;
  const body = new FormData(lookForm);
  fetch(review.dataset.look, { method: "POST", body, headers: { "X-Quiet": "1" }, keepalive: true }).catch(() => {
    // Not noted: the same changes are told again next time, nothing is lost.
  });
}

if (review && lookForm) setTimeout(note, LOOKED);

document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.isComposing || event.keyCode === 229) return;
  if (!["ArrowDown", "ArrowUp"].includes(event.key) || !document.querySelector("[data-review]")) return;
  const way = document.querySelector(event.key === "ArrowDown" ? "a[rel=next]" : "a[rel=prev]");
  if (!way) return;
  event.preventDefault();
  way.click();
});

// The open leaf is brought into view in its list, where the list is a box of its own.
const side = document.querySelector(".review-side");
const here = side?.querySelector("[aria-current]");
if (here && side.scrollHeight > side.clientHeight) side.scrollTop = here.offsetTop - side.clientHeight / 2;
