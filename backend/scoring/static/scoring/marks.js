// Alt+↓ and Alt+↑ go from leaf to leaf, or from unit to unit; behind the last one stands the link to what follows.
// Letters are left alone, people type Vietnamese.

document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.isComposing || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const places = [...document.querySelectorAll("form[data-mark] [name=points]")];
  if (!places.length) return;
  event.preventDefault();
  const here = event.target.closest?.(".mark")?.querySelector("[name=points]");
  const step = event.key === "ArrowDown" ? 1 : -1;
  const next = places[here ? places.indexOf(here) + step : 0];
  if (!next) {
    document.querySelector(`a[rel=${step > 0 ? "next" : "prev"}]`)?.focus();
    return;
  }
  next.focus();
  next.closest(".mark").scrollIntoView({ block: "nearest" });
});

// Where the list of fields is a box of its own, the field of this page is brought into it.
const fields = document.getElementById("mark-fields");
const here = fields?.querySelector("[aria-current]");
if (here) fields.scrollTop = here.offsetTop - fields.offsetTop;
