/* j and k walk the rows of a list by moving the focus from title to title, so that Enter opens and
   a screen reader says where it is. Among several lists, the one with the focus, else the first. */

const ROW_LINK = ".row__title a, [data-row]";

export function connect(list) {
  function onKey(event) {
    if (event.key !== "j" && event.key !== "k") return;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, textarea, select") || document.querySelector("dialog[open]")) return;
    const owner = document.activeElement?.closest("[data-behavior~='list-keys']")
      ?? document.querySelector("[data-behavior~='list-keys']");
    if (owner !== list) return;
    const links = [...list.querySelectorAll(ROW_LINK)];
    const here = links.findIndex((link) => link === document.activeElement || link.getAttribute("aria-current"));
    const focused = links.indexOf(document.activeElement);
    const from = focused >= 0 ? focused : here;
    const next = links[event.key === "j" ? from + 1 : Math.max(from - 1, 0)];
    next?.focus();
    event.preventDefault();
  }

  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}
