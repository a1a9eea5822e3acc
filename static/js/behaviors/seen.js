/* Tells the server once that a post was really seen: half of it in view for a second, in a page
   that is in front. POSTs to data-url with the session, if any, so that the server can leave out the owner. */

const DWELL = 1000;
const SHARE = 0.5;

export function connect(element) {
  let timer = 0;

  function report() {
    watcher.disconnect();
    fetch(element.dataset.url, { method: "POST", keepalive: true, credentials: "same-origin" }).catch(() => {});
  }

  function look([entry]) {
    clearTimeout(timer);
    const tall = entry.rootBounds && entry.intersectionRect.height >= entry.rootBounds.height * SHARE;
    if (!document.hidden && entry.isIntersecting && (entry.intersectionRatio >= SHARE || tall)) {
      timer = setTimeout(report, DWELL);
    }
  }

  const watcher = new IntersectionObserver(look, { threshold: [0, 0.25, SHARE, 0.75] });
  watcher.observe(element);
  return () => {
    clearTimeout(timer);
    watcher.disconnect();
  };
}
