/* Short notices. A response asks for one with HX-Trigger: {"toast": {"message", "kind", "undo_url"}}.
   One that carries a failure or an undo stays until closed; the others leave by themselves. */

const STAY = 6000;
const LOST = "The server could not be reached. Nothing was changed; try again in a moment.";
const BROKEN = "The server could not do this. Nothing was changed; try again in a moment.";

function undo(url) {
  const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  return fetch(url, { method: "POST", headers, redirect: "follow" }).then((answer) => {
    if (!answer.ok) throw new Error(answer.statusText);
    location.reload();
  });
}

function build({ message, kind = "info", undo_url: undoUrl }) {
  const toast = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  toast.classList.add(`toast--${kind}`);
  for (const mark of toast.querySelectorAll("[data-toast-kind]")) {
    if (mark.dataset.toastKind !== kind) mark.remove();
  }
  toast.querySelector(".toast__words").textContent = message;
  toast.querySelector("[data-toast-close]").addEventListener("click", () => leave(toast));
  const button = toast.querySelector("[data-toast-undo]");
  if (undoUrl) {
    button.hidden = false;
    button.addEventListener("click", () => undo(undoUrl).catch(() => show({ message: BROKEN, kind: "bad" })));
  }
  if (!undoUrl && kind !== "bad") setTimeout(() => leave(toast), STAY);
  return toast;
}

function leave(toast) {
  const region = toast.parentElement;
  toast.remove();
  if (region && !region.childElementCount) region.hidePopover();
}

// Hidden and shown again, the region rises above a dialog that was opened since.
function show(notice) {
  const region = document.getElementById("toasts");
  if (!region || !notice?.message) return;
  if (region.matches(":popover-open")) region.hidePopover();
  region.append(build(notice));
  region.showPopover();
  document.getElementById("announcer")?.replaceChildren(notice.message);
}

export function connect(body) {
  body.addEventListener("toast", (event) => show(event.detail));
  body.addEventListener("htmx:sendError", () => show({ message: LOST, kind: "bad" }));
  body.addEventListener("htmx:timeout", () => show({ message: LOST, kind: "bad" }));
  body.addEventListener("htmx:responseError", (event) => {
    const trigger = event.detail.xhr.getResponseHeader("HX-Trigger") ?? "";
    if (!trigger.includes("toast")) show({ message: BROKEN, kind: "bad" });
  });
}
