/* Connects behaviours to the elements that ask for them with data-behavior, on load and for
   everything htmx brings later. A behaviour is a module that exports connect(element) and may
   return a function that undoes it. Each is fetched only when a page asks for it; an element whose
   behaviours all work carries data-connected. */

const behaviors = {
  "autosubmit": () => import("./behaviors/autosubmit.js"),
  "calendar-drag": () => import("./behaviors/calendar-drag.js"),
  "calendar-keys": () => import("./behaviors/calendar-keys.js"),
  "choice": () => import("./behaviors/choice.js"),
  "citation": () => import("./behaviors/citation.js"),
  "copy": () => import("./behaviors/copy.js"),
  "countdown": () => import("./behaviors/countdown.js"),
  "counter": () => import("./behaviors/counter.js"),
  "crop": () => import("./behaviors/crop.js"),
  "dialogs": () => import("./behaviors/dialogs.js"),
  "file-drop": () => import("./behaviors/file-drop.js"),
  "focal": () => import("./behaviors/focal.js"),
  "focus": () => import("./behaviors/focus.js"),
  "in-view": () => import("./behaviors/in-view.js"),
  "keyboard": () => import("./behaviors/keyboard.js"),
  "list-keys": () => import("./behaviors/list-keys.js"),
  "mention": () => import("./behaviors/mention.js"),
  "passkey": () => import("./behaviors/passkey.js"),
  "poll": () => import("./behaviors/poll.js"),
  "seen": () => import("./behaviors/seen.js"),
  "theme": () => import("./behaviors/theme.js"),
  "toasts": () => import("./behaviors/toasts.js"),
  "upload": () => import("./behaviors/upload.js"),
  "zone": () => import("./behaviors/zone.js"),
};

const connected = new WeakMap();

async function connect(element) {
  if (connected.has(element)) return;
  const undo = [];
  connected.set(element, undo);
  for (const name of element.dataset.behavior.split(/\s+/).filter(Boolean)) {
    const load = behaviors[name];
    if (!load) {
      console.warn(`No behaviour is called "${name}".`, element);
      continue;
    }
    const module = await load();
    if (!element.isConnected) return;
    undo.push(module.connect(element));
  }
  element.dataset.connected = "";
}

function disconnect(element) {
  for (const undo of connected.get(element) ?? []) undo?.();
  connected.delete(element);
}

function connectAll(root) {
  if (root.matches?.("[data-behavior]")) connect(root);
  for (const element of root.querySelectorAll("[data-behavior]")) connect(element);
}

document.addEventListener("htmx:load", (event) => connectAll(event.detail.elt));
document.addEventListener("htmx:beforeCleanupElement", (event) => {
  if (event.detail.elt.matches?.("[data-behavior]")) disconnect(event.detail.elt);
});
connectAll(document);
