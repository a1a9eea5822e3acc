/* Sends "tick" to an element every data-every seconds, for hx-trigger="tick", but only while the
   page is in front, the element in view and nobody at work in it: what is open, focused or being
   selected must not be swapped away under a reader. */

export function connect(element) {
  const pause = Math.max(Number(element.dataset.every) || 5, 1) * 1000;
  let isInView = true;
  let timer = 0;

  function isInUse() {
    const selection = document.getSelection();
    return element.querySelector("details[open], dialog[open], :popover-open, :focus") !== null
      || (selection && !selection.isCollapsed && element.contains(selection.anchorNode));
  }

  function tick() {
    if (!document.hidden && isInView && !isInUse()) element.dispatchEvent(new CustomEvent("tick"));
  }

  function wake() {
    if (!document.hidden) tick();
  }

  const watcher = new IntersectionObserver(([entry]) => { isInView = entry.isIntersecting; });
  watcher.observe(element);
  timer = setInterval(tick, pause);
  document.addEventListener("visibilitychange", wake);
  return () => {
    clearInterval(timer);
    watcher.disconnect();
    document.removeEventListener("visibilitychange", wake);
  };
}
