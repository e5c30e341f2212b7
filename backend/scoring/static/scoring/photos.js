// Chụp tài liệu: one shot after another is gathered in order before it is sent. Without this file both boxes are sent.

function wire(form) {
  const camera = form.querySelector("[data-camera]");
  const album = form.querySelector("[data-album]");
  const shots = form.querySelector("[data-shots]");
  let pages = [];

  function show() {
    const data = new DataTransfer();
    for (const page of pages) data.items.add(page);
    album.files = data.files;
    camera.value = "";
    shots.hidden = pages.length === 0;
    shots.replaceChildren(...pages.map(line));
  }

  function line(page, place) {
    const made = document.createElement("li");
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "btn btn-link btn-small";
    remove.textContent = "Bỏ trang này";
    remove.setAttribute("aria-label", `Bỏ trang ${place + 1}`);
    remove.addEventListener("click", () => {
      pages = pages.filter((one) => one !== page);
      show();
    });
    made.append(`Trang ${place + 1}: ${page.name}`, remove);
    return made;
  }

  for (const box of [camera, album]) {
    box.addEventListener("change", () => {
      const known = box === album ? pages.filter((page) => ![...box.files].includes(page)) : pages;
      pages = [...known, ...box.files];
      show();
    });
  }
}

for (const form of document.querySelectorAll("form[data-photos]")) wire(form);
