// What is said about saving: beside a leaf, and in one line for the whole page.

export const SAID = {
  saving: "Đang lưu…",
  typing: "Đang nhập",
  draft: "Đang nhập dở, đã giữ trên máy",
  draftBare: "Đang nhập dở, chưa giữ được trên máy",
  half: "Chưa đủ số liệu, đã giữ trên máy",
  halfBare: "Chưa đủ số liệu, chưa giữ được trên máy",
  away: "Chưa lưu được, đã giữ trên máy",
  awayBare: "Chưa lưu được, hãy để nguyên trang này",
  refused: "", // the answer itself says it
  asked: "Chưa lưu, hãy chọn một trong hai giá trị",
  late: "Không gửi được nữa, đã giữ trên máy",
  over: "Phiếu đã khoá khi trang này đang mở. Các giá trị sau chưa có trong hệ thống.",
  lateBare: "Không gửi được nữa, hãy chép lại trước khi đóng trang",
};

const WHY = {
  "signed out": "Phiên làm việc đã hết. Hãy đăng nhập lại ở một thẻ khác của trình duyệt: trang này sẽ tự gửi tiếp.",
  "other account": "Trình duyệt này đang đăng nhập bằng tài khoản khác. Hãy đăng nhập lại bằng tài khoản đã nhập: trang này sẽ tự gửi tiếp.",
};

/** The words for a person why nothing gets through; empty where waiting alone helps. */
export function whyAway(what) {
  return WHY[what] ?? "";
}

const CLOCK = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit", minute: "2-digit", day: "2-digit", month: "2-digit", timeZone: "Asia/Ho_Chi_Minh",
});

/** "14:05 ngày 01/12", in the country's time. */
export function hour(time) {
  const part = Object.fromEntries(CLOCK.formatToParts(time).map(({ type, value }) => [type, value]));
  return `${part.hour}:${part.minute} ngày ${part.day}/${part.month}`;
}

/** The words of a notice of the server without its marks. */
export function sentenceOf(html) {
  const answer = document.createElement("template");
  answer.innerHTML = html;
  return answer.content.textContent.replace(/\s+/g, " ").trim();
}

/** Show a notice of the server at the top of the page. */
export function showNotice(html) {
  const place = document.getElementById("page-alert");
  if (place && html) place.innerHTML = html;
}

/** What has become of everything on the page: [state, words]. */
export function inAll({ items, problem, kept, lastSaved }) {
  const onDisk = kept ? "đã giữ trên máy" : "hãy để nguyên trang này";
  const waiting = items.filter((item) => item.state === "ready" || item.state === "sent").length;
  if (problem === "shut" && items.length) return ["error", `${items.length} tiêu chí không gửi được, ${onDisk}`];
  if (waiting && problem) return ["error", `Chưa lưu được ${waiting} tiêu chí, ${onDisk}`];
  if (waiting) return ["saving", waiting === 1 ? SAID.saving : `Đang lưu ${waiting} tiêu chí…`];
  if (items.length) return ["draft", `${items.length} tiêu chí chưa lưu, ${onDisk}`];
  return ["saved", lastSaved];
}
