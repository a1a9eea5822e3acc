/* Sends "tick" to an element every data-every seconds, for hx-trigger="tick", but only while the
   page is in front and the element in view. */

export function connect(element) {
  const pause = Math.max(Number(element.dataset.every) || 5, 1) * 1000;
  let isInView = true;
  let timer = 0;

  function tick() {
    if (!document.hidden && isInView) element.dispatchEvent(new CustomEvent("tick"));
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
