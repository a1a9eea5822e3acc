/* Posts in the calendar move by keys: m lifts the chip that has the focus, arrows carry it by day
   and hour, Enter drops it and Escape leaves it where it was. Each step is announced. */

import { announce, format, parse, putBack, remember, send, show } from "../plan.js";

const DAY = 86400000;
const HOUR = 3600000;
const STEPS = { ArrowLeft: -DAY, ArrowRight: DAY, ArrowUp: -HOUR, ArrowDown: HOUR };
const WORDS = new Intl.DateTimeFormat("en-GB", {
  weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", timeZone: "UTC",
});
const HOW = "Left and right change the day, up and down the hour. Enter drops it, Escape leaves it.";

export function connect(calendar) {
  if (!("writes" in calendar.dataset)) return;
  let carried = null;

  function lift(chip) {
    const former = remember(chip);
    carried = { ...former, at: parse(former.wall) };
    chip.classList.add("chip--carried");
    announce(`Moving the post of ${WORDS.format(carried.at)}. ${HOW}`);
  }

  function step(milliseconds) {
    carried.at = new Date(carried.at.getTime() + milliseconds);
    show(calendar, carried.chip, format(carried.at));
    announce(WORDS.format(carried.at));
  }

  function drop(isMoved) {
    const former = carried;
    carried = null;
    former.chip.classList.remove("chip--carried");
    if (isMoved && format(former.at) !== former.wall) {
      send(calendar, former, format(former.at));
      return;
    }
    putBack(former);
    announce("The post stays where it was.");
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const chip = event.target.closest("[data-chip]");
    if (!carried && chip && event.key === "m") lift(chip);
    else if (carried && event.key in STEPS) step(STEPS[event.key]);
    else if (carried && event.key === "Enter") drop(true);
    else if (carried && event.key === "Escape") drop(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function onLeave() {
    // Moving the chip in the page takes the focus off it for a moment.
    setTimeout(() => {
      if (carried && !carried.chip.contains(document.activeElement)) drop(false);
    });
  }

  calendar.addEventListener("keydown", onKey);
  calendar.addEventListener("focusout", onLeave);
}
