/* A row of links that is wider than the screen begins at the one that is open. */

export function connect(element) {
  const current = element.querySelector("[aria-current]");
  if (!current) return;
  const row = element.getBoundingClientRect();
  const link = current.getBoundingClientRect();
  // Its own scrolling only: the page stays where it is.
  element.scrollLeft += link.left - row.left - (row.width - link.width) / 2;
}
