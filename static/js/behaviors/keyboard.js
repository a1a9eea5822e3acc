/* One key for each thing a page offers: g and a letter go to a place, ? lists the keys, / finds
   the search, and any [data-key] inside the page is pressed by its letter. Never while typing. */

const PATIENCE = 1200;

function isTyping(target) {
  return target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio]), textarea, select");
}

function isShown(element) {
  return element.checkVisibility ? element.checkVisibility({ visibilityProperty: true }) : element.offsetParent !== null;
}

function shown(selector) {
  return [...document.querySelectorAll(selector)].find(isShown);
}

export function connect(body) {
  let waitsForPlace = 0;

  function go(letter) {
    const link = document.querySelector(`a[data-go="${CSS.escape(letter)}"]`);
    if (link) location.assign(link.href);
    return Boolean(link);
  }

  function press(key) {
    if (key === "?") {
      document.getElementById("keys")?.showModal();
      return true;
    }
    if (key === "/") {
      const search = shown("main input[type=search]");
      search?.focus();
      return Boolean(search);
    }
    const target = shown(`[data-key="${CSS.escape(key)}"]:not(:disabled)`);
    target?.focus();
    target?.click();
    return Boolean(target);
  }

  function onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (Date.now() < waitsForPlace) {
      waitsForPlace = 0;
      if (go(event.key)) event.preventDefault();
    } else if (event.key === "g") {
      waitsForPlace = Date.now() + PATIENCE;
    } else if (press(event.key)) {
      event.preventDefault();
    }
  }

  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}
