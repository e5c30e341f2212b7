// One write on its way to the server, and what the answer means. It keeps nothing and says nothing.

const PATIENCE = 20000;
// The server, or what stands before it, is not there for anybody: the next item would fare the same.
const NOBODY = [429, 502, 503, 504];

function token() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  return cookie ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}

function post(item, proof) {
  return fetch(item.url, {
    method: "POST",
    body: new URLSearchParams({ version: item.version, ...item.values }),
    headers: { "HX-Request": "true", "X-CSRFToken": proof, "Idempotency-Key": item.key },
    credentials: "same-origin",
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE),
  });
}

/** Read this page again: it renews the token, and tells who is signed in now. */
async function look() {
  const answer = await fetch(location.pathname, {
    credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout(PATIENCE),
  });
  if (answer.type === "opaqueredirect") return { signedOut: true };
  const user = (await answer.text()).match(/<section id="kept"[^>]*data-user="(\d+)"/)?.[1];
  return { user };
}

/** Why a write was refused as a whole (403): a token that was changed, another account, or the right is gone. */
async function whyForbidden(user, proof) {
  const seen = await look();
  if (seen.signedOut) return "signed out";
  if (seen.user && seen.user !== String(user)) return "other account";
  return token() === proof ? "shut" : "again";
}

function meaning(answer) {
  const aside = answer.headers.has("HX-Retarget");
  if (answer.ok) return "saved";
  if (answer.status === 409 && !aside) return "asked";
  if (answer.status === 422) return "refused";
  if (answer.status === 401 || answer.type === "opaqueredirect") return "signed out";
  if ([403, 404, 409].includes(answer.status)) return "shut";
  return NOBODY.includes(answer.status) ? "away" : "failed";
}

/** Milliseconds the server asks to be left alone; 0 where it does not say. */
function pauseOf(answer) {
  return Math.min(Number(answer.headers.get("Retry-After")) || 0, 300) * 1000;
}

/**
 * Send one item. The answer: { what, html, aside, pause }; `what` is saved, asked, refused, shut, failed (this
 * leaf only), away (nobody gets through), signed out or other account.
 */
export async function deliver(item, user, tries = 2) {
  const proof = token();
  try {
    const answer = await post(item, proof);
    const html = answer.type === "opaqueredirect" ? "" : await answer.text();
    let what = meaning(answer);
    if (answer.status === 403) what = await whyForbidden(user, proof);
    if (what === "again") return tries > 1 ? deliver(item, user, tries - 1) : { what: "shut", html };
    return { what, html, aside: answer.headers.has("HX-Retarget"), pause: pauseOf(answer) };
  } catch {
    return { what: "away", html: "", aside: false, pause: 0 };
  }
}
