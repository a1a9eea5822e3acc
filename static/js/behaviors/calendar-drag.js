/* Posts in the calendar are dragged to another day, hour or free slot. A finger that moves at once
   scrolls; one that rests on a post first takes it. The keys do the same (calendar-keys.js). */

import { remember, send, show } from "../plan.js";
import { rests } from "../rest.js";

const FAR = 6;

export function connect(calendar) {
  if (!("writes" in calendar.dataset)) return undefined;
  let dragged = null;
  let hasDropped = false;
  const finger = rests();

  function targetAt(event) {
    const under = document.elementFromPoint(event.clientX, event.clientY);
    return under && calendar.contains(under) ? under.closest("[data-slot], [data-hour], [data-day]") : null;
  }

  function wallOf(target, former) {
    const day = target.closest("[data-day]").dataset.day;
    const { slot, hour } = target.dataset;
    const time = slot ?? (hour ? `${hour.slice(0, 2)}:${former.wall.slice(14)}` : former.wall.slice(11));
    return `${day} ${time}`;
  }

  function mark(target) {
    for (const each of calendar.querySelectorAll("[data-over]")) delete each.dataset.over;
    if (target) target.dataset.over = "";
  }

  function onDown(event) {
    const chip = event.target.closest("[data-chip]");
    if (!chip || event.button !== 0 || event.target.matches("input")) return;
    const start = { ...remember(chip), x: event.clientX, y: event.clientY, isMoving: false };
    if (event.pointerType !== "touch") dragged = start;
    else finger.begin(event, () => take(start));
  }

  function take(start) {
    dragged = { ...start, isMoving: true };
    start.chip.classList.add("chip--dragged");
  }

  function onMove(event) {
    finger.moved(event);
    if (!dragged) return;
    const [x, y] = [event.clientX - dragged.x, event.clientY - dragged.y];
    if (!dragged.isMoving && Math.hypot(x, y) < FAR) return;
    dragged.isMoving = true;
    dragged.chip.classList.add("chip--dragged");
    dragged.chip.style.translate = `${x}px ${y}px`;
    mark(targetAt(event));
  }

  function letGo() {
    const former = dragged;
    dragged = null;
    former.chip.classList.remove("chip--dragged");
    former.chip.style.translate = "";
    mark(null);
    return former;
  }

  function onUp(event) {
    finger.end();
    if (!dragged?.isMoving) {
      dragged = null;
      return;
    }
    // The click that follows would open the post.
    hasDropped = true;
    setTimeout(() => { hasDropped = false; });
    const target = targetAt(event);
    const former = letGo();
    const wall = target ? wallOf(target, former) : former.wall;
    if (wall === former.wall) return;
    show(calendar, former.chip, wall);
    send(calendar, former, wall);
  }

  function onClick(event) {
    if (hasDropped && event.target.closest("[data-chip]")) event.preventDefault();
  }

  // The browser took the finger for scrolling or something of its own.
  function onCancel() {
    finger.end();
    if (dragged) letGo();
  }

  function holdStill(event) {
    const isOurs = dragged || (finger.isWaiting && event.type === "contextmenu");
    if (isOurs && event.cancelable) event.preventDefault();
  }

  function onKey(event) {
    if (event.key === "Escape" && dragged) letGo();
  }

  calendar.addEventListener("pointerdown", onDown);
  calendar.addEventListener("dragstart", (event) => event.preventDefault());
  calendar.addEventListener("click", onClick, true);
  calendar.addEventListener("touchmove", holdStill, { passive: false });
  calendar.addEventListener("contextmenu", holdStill);
  window.addEventListener("pointermove", onMove);
  window.addEventListener("pointerup", onUp);
  window.addEventListener("pointercancel", onCancel);
  window.addEventListener("keydown", onKey);
  return () => {
    window.removeEventListener("pointermove", onMove);
    finger.end();
    window.removeEventListener("pointerup", onUp);
    window.removeEventListener("pointercancel", onCancel);
    window.removeEventListener("keydown", onKey);
  };
}
