/* Posts in the calendar move: dragged by the pointer, or by keys (m, arrows, Enter, Escape). The
   chip goes at once; when the server says no it goes back. What happened is announced, and the
   notice that the server answers with carries the undo. Without this each post has a form. */

const FAR = 6;
const DAY = 86400000;
const HOUR = 3600000;
const WORDS = new Intl.DateTimeFormat("en-GB", {
  weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", timeZone: "UTC",
});

// Times on the wall are counted as if they were UTC, so that no zone of the browser gets between.
const parse = (wall) => new Date(`${wall.replace(" ", "T")}:00Z`);
const format = (moment) => moment.toISOString().slice(0, 16).replace("T", " ");

function announce(words) {
  document.getElementById("announcer")?.replaceChildren(words);
}

const place = (chip) => `${chip.closest("[data-day]").dataset.day} ${chip.querySelector(".chip__time").textContent}`;

export function connect(calendar) {
  if (!("writes" in calendar.dataset)) return undefined;
  let dragged = null;
  let carried = null;
  let clicked = false;

  function listFor(wall) {
    const [day, time] = wall.split(" ");
    const box = calendar.querySelector(`[data-day="${day}"]`);
    const hour = box?.querySelector(`[data-hour^="${time.slice(0, 2)}"]`);
    return (hour ?? box)?.querySelector("[data-chips]");
  }

  function show(chip, wall) {
    chip.querySelector(".chip__time").textContent = wall.slice(11);
    const list = listFor(wall);
    if (list && list !== chip.parentElement) {
      const focused = chip.contains(document.activeElement);
      list.append(chip);
      if (focused) chip.querySelector("a").focus();
    }
  }

  function remember(chip) {
    return { chip, wall: place(chip), list: chip.parentElement, next: chip.nextElementSibling };
  }

  function putBack({ chip, wall, list, next }) {
    chip.querySelector(".chip__time").textContent = wall.slice(11);
    list.insertBefore(chip, next?.parentElement === list ? next : null);
    chip.querySelector("a").focus();
  }

  async function send(former, wall) {
    const { chip } = former;
    chip.setAttribute("aria-busy", "true");
    const headers = { ...JSON.parse(document.body.getAttribute("hx-headers") ?? "{}"), "HX-Request": "true" };
    const body = new URLSearchParams({ day: wall.slice(0, 10), time: wall.slice(11), zone: calendar.dataset.zone });
    const url = calendar.dataset.move.replace("00000000-0000-0000-0000-000000000000", chip.dataset.chip);
    const answer = await fetch(url, { method: "POST", headers, body }).catch(() => null);
    chip.removeAttribute("aria-busy");
    if (!answer?.ok) putBack(former);
    if (!answer) document.body.dispatchEvent(new CustomEvent("htmx:sendError"));
    const told = JSON.parse(answer?.headers.get("HX-Trigger") ?? "{}").toast;
    if (told) document.body.dispatchEvent(new CustomEvent("toast", { detail: told }));
    if (answer?.ok) again(chip.dataset.chip);
  }

  // The server draws the days anew; the focus stays with the post that was moved.
  function again(id) {
    document.body.addEventListener("htmx:afterSettle", () => {
      document.querySelector(`[data-chip="${id}"] a`)?.focus();
    }, { once: true });
    calendar.dispatchEvent(new CustomEvent("calendar-changed"));
  }

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
    // Fingers scroll; on a touch screen the form of the post moves it.
    if (!chip || event.button !== 0 || event.pointerType === "touch" || event.target.matches("input")) return;
    dragged = { ...remember(chip), x: event.clientX, y: event.clientY, isMoving: false };
  }

  function onMove(event) {
    if (!dragged) return;
    const [x, y] = [event.clientX - dragged.x, event.clientY - dragged.y];
    if (!dragged.isMoving && Math.hypot(x, y) < FAR) return;
    dragged.isMoving = true;
    dragged.chip.classList.add("chip--dragged");
    dragged.chip.style.translate = `${x}px ${y}px`;
    mark(targetAt(event));
  }

  function letGo() {
    dragged.chip.classList.remove("chip--dragged");
    dragged.chip.style.translate = "";
    mark(null);
    const former = dragged;
    dragged = null;
    return former;
  }

  function onUp(event) {
    if (!dragged?.isMoving) {
      dragged = null;
      return;
    }
    clicked = true;
    setTimeout(() => { clicked = false; });
    const target = targetAt(event);
    const former = letGo();
    const wall = target ? wallOf(target, former) : former.wall;
    if (wall === former.wall) return;
    show(former.chip, wall);
    send(former, wall);
  }

  function onClick(event) {
    if (clicked && event.target.closest("[data-chip]")) event.preventDefault();
  }

  function lift(chip) {
    carried = { ...remember(chip), at: parse(place(chip)) };
    chip.classList.add("chip--carried");
    announce(`Moving the post of ${WORDS.format(carried.at)}. Left and right change the day, up and down the hour. Enter drops it, Escape leaves it.`);
  }

  function step(milliseconds) {
    carried.at = new Date(carried.at.getTime() + milliseconds);
    show(carried.chip, format(carried.at));
    announce(WORDS.format(carried.at));
  }

  function drop(isMoved) {
    const former = carried;
    carried = null;
    former.chip.classList.remove("chip--carried");
    if (!isMoved || format(former.at) === former.wall) {
      putBack(former);
      announce("The post stays where it was.");
      return;
    }
    send(former, format(former.at));
  }

  const steps = { ArrowLeft: -DAY, ArrowRight: DAY, ArrowUp: -HOUR, ArrowDown: HOUR };

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const chip = event.target.closest("[data-chip]");
    if (event.key === "Escape" && dragged) letGo();
    else if (!carried && chip && event.key === "m") lift(chip);
    else if (carried && event.key in steps) step(steps[event.key]);
    else if (carried && event.key === "Enter") drop(true);
    else if (carried && event.key === "Escape") drop(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function onLeave(event) {
    // Moving the chip in the page takes the focus off it for a moment.
    setTimeout(() => {
      if (carried && !carried.chip.contains(document.activeElement)) drop(false);
    });
    event.stopPropagation();
  }

  calendar.addEventListener("pointerdown", onDown);
  calendar.addEventListener("dragstart", (event) => event.preventDefault());
  calendar.addEventListener("click", onClick, true);
  calendar.addEventListener("keydown", onKey);
  calendar.addEventListener("focusout", onLeave);
  window.addEventListener("pointermove", onMove);
  window.addEventListener("pointerup", onUp);
  return () => {
    window.removeEventListener("pointermove", onMove);
    window.removeEventListener("pointerup", onUp);
  };
}
