/* Dialogs by the platform: command buttons where the browser lacks them, a drawer that opens when
   htmx fills it, and the events "close-drawer" and "close-dialog" that a response may send. */

const lacksCommands = !("commandForElement" in HTMLButtonElement.prototype);
const lacksClosedBy = !("closedBy" in HTMLDialogElement.prototype);

function command(event) {
  const button = event.target.closest("button[command]");
  const dialog = button && document.getElementById(button.getAttribute("commandfor"));
  if (!dialog) return;
  if (button.getAttribute("command") === "show-modal") dialog.showModal();
  if (button.getAttribute("command") === "close") dialog.close();
}

function backdrop(event) {
  if (event.target.matches("dialog[closedby='any']")) event.target.close();
}

// The address bar of a page must not be inert under an empty sheet: it opens only once filled.
function filled(event) {
  const dialog = event.detail.target?.closest?.("dialog");
  if (dialog && !dialog.open && dialog.childElementCount) dialog.showModal();
  const popover = event.detail.target;
  if (popover?.matches?.("[popover]:popover-open")) popover.querySelector("a, button")?.focus();
}

// A form inside a dialog that changed something outside of it has done its work.
function done(event) {
  const { elt, target, successful } = event.detail;
  const dialog = elt.closest?.("dialog[open]");
  if (successful && dialog && elt.matches("form") && !dialog.contains(target)) dialog.close();
}

function closeAll() {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
}

export function connect(body) {
  if (lacksCommands) body.addEventListener("click", command);
  if (lacksClosedBy) body.addEventListener("click", backdrop);
  body.addEventListener("htmx:afterSwap", filled);
  body.addEventListener("htmx:afterRequest", done);
  body.addEventListener("close-drawer", closeAll);
  body.addEventListener("close-dialog", closeAll);
}
