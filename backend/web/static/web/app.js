// The shell's small enhancements. Every page works without this file.

const SAID = {
  offline: "Chưa kết nối được máy chủ. Những gì bạn đã nhập vẫn còn trên trang; hãy thử lại sau ít phút.",
  failed: "Máy chủ chưa làm được việc này. Những gì bạn đã nhập vẫn còn trên trang; hãy thử lại, nếu vẫn lỗi thì tải lại trang.",
};

/** Say something to everybody, screen readers too, without moving what was typed. */
function say(text) {
  const place = document.getElementById("page-alert");
  if (!place) return;
  const box = document.createElement("div");
  const line = document.createElement("p");
  box.className = "notice notice-error";
  line.textContent = text;
  box.append(line);
  place.replaceChildren(box);
  place.scrollIntoView({ block: "nearest" });
}

/** An error summary takes the focus, so that it is read first. */
function focusErrors(root) {
  root.querySelector("[data-focus]")?.focus();
}

// Vietnamese input methods compose letters: nothing may be sent in the middle of one.
let composing = false;
document.addEventListener("compositionstart", () => { composing = true; });
document.addEventListener("compositionend", () => { composing = false; });
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.isComposing) event.stopPropagation();
}, true);

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-autosubmit]");
  if (form && !composing && event.target.matches("select, input[type=checkbox], input[type=radio]")) form.requestSubmit();
});

// A form is sent once: a second click while it is on its way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => { delete form.dataset.sent; }, 5000);
});

// What was typed and not sent yet is not lost by a stray click.
const dirty = new Set();
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-guard]");
  if (form) dirty.add(form);
});
document.addEventListener("submit", (event) => { dirty.delete(event.target); });
window.addEventListener("beforeunload", (event) => {
  if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
});

// Signing in again in another tab makes a new token; the cookie has it, this page does not.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  if (token) event.detail.headers["X-CSRFToken"] = token;
});
document.addEventListener("htmx:confirm", (event) => {
  if (composing) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status < 400) return;
  if (xhr.status === 422 || xhr.getResponseHeader("HX-Retarget")) {
    event.detail.shouldSwap = true;
  } else {
    say(SAID.failed);
  }
});

/** "Đang lưu…", "Đã lưu 14:05", "Chưa lưu được": what became of the last save inside [data-autosave]. */
function tellSaving(event, state, text) {
  if (!event.target.closest?.("[data-autosave]")) return;
  for (const place of document.querySelectorAll("[data-saved]")) {
    place.dataset.state = state;
    place.textContent = text;
  }
}

/** The server's hour of an answer, in Vietnam, as HH:MM. */
function hourOf(xhr) {
  const at = new Date(xhr.getResponseHeader("Date") || Date.now());
  return at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" });
}

document.addEventListener("htmx:beforeRequest", (event) => tellSaving(event, "saving", "Đang lưu…"));
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) {
    dirty.delete(event.detail.elt.closest("form"));
    tellSaving(event, "saved", `Đã lưu ${hourOf(event.detail.xhr)}`);
  } else {
    tellSaving(event, "error", "Chưa lưu được – những gì bạn nhập vẫn còn trên trang");
  }
});
document.addEventListener("htmx:sendError", () => say(SAID.offline));
document.addEventListener("htmx:timeout", () => say(SAID.offline));
document.addEventListener("htmx:afterSwap", (event) => {
  const target = event.detail.target;
  if (target.id !== "page-alert") document.getElementById("page-alert")?.replaceChildren();
  if (target.matches(".drawer")) target.focus();
  focusErrors(target);
});

focusErrors(document);
