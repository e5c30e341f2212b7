// Ticking a whole field ticks its leaves, and how many are chosen is said. The form works without this.

const form = document.querySelector("form[data-ticks]");
const said = form?.querySelector("[data-ticked]");

function leavesOf(part) {
  return [...part.querySelectorAll("input[name=codes]")];
}

function show() {
  for (const part of form.querySelectorAll("[data-part]")) {
    const leaves = leavesOf(part);
    const ticked = leaves.filter((box) => box.checked).length;
    const whole = part.querySelector("[data-whole]");
    whole.checked = ticked === leaves.length;
    whole.indeterminate = ticked > 0 && ticked < leaves.length;
  }
  const number = form.querySelectorAll("input[name=codes]:checked").length;
  said.textContent = number ? `Đã chọn ${number} tiêu chí` : "";
}

if (said) {
  for (const whole of form.querySelectorAll("[data-whole]:checked")) {
    for (const box of leavesOf(whole.closest("[data-part]"))) box.checked = true;
  }
  form.addEventListener("change", (event) => {
    if (!event.target.matches("input[type=checkbox]")) return;
    if (event.target.matches("[data-whole]")) {
      for (const box of leavesOf(event.target.closest("[data-part]"))) box.checked = event.target.checked;
    }
    show();
  });
  show();
}
