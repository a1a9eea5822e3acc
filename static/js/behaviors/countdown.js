/* Keeps a <time> saying how long until its moment. Ticks each second in the last two minutes and
   each half minute before, and not at all while the page is hidden. */

const SOON = 15 * 60;

export function words(seconds) {
  if (seconds < 120) return `in ${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `in ${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `in ${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  const days = Math.floor(hours / 24);
  return `in ${days} ${days === 1 ? "day" : "days"}`;
}

export function connect(element) {
  const moment = Date.parse(element.dateTime);
  if (Number.isNaN(moment)) return undefined;
  const holder = element.closest(".countdown");
  let timer = 0;

  function tick() {
    clearTimeout(timer);
    if (document.hidden) return;
    const left = Math.ceil((moment - Date.now()) / 1000);
    element.textContent = left > 0 ? words(left) : element.dataset.done ?? "now";
    holder?.classList.toggle("countdown--soon", left > 0 && left < SOON);
    if (left > 0) timer = setTimeout(tick, left <= 121 ? 1000 : 30000);
    else element.dispatchEvent(new CustomEvent("countdown:done", { bubbles: true }));
  }

  document.addEventListener("visibilitychange", tick);
  tick();
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", tick);
  };
}
