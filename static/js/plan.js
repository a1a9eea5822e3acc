/* A chip of the calendar and the time that it stands at: shown elsewhere at once, sent, and put
   back when the server says no. Times on the wall are counted as if they were UTC, so that no zone
   of the browser gets between. */

export const parse = (wall) => new Date(`${wall.replace(" ", "T")}:00Z`);
export const format = (moment) => moment.toISOString().slice(0, 16).replace("T", " ");

const timeOf = (chip) => chip.querySelector(".chip__time");
const NOBODY = "00000000-0000-0000-0000-000000000000";

export function announce(words) {
  document.getElementById("announcer")?.replaceChildren(words);
}

export function remember(chip) {
  const wall = `${chip.closest("[data-day]").dataset.day} ${timeOf(chip).textContent}`;
  return { chip, wall, list: chip.parentElement, next: chip.nextElementSibling };
}

function listFor(calendar, wall) {
  const [day, time] = wall.split(" ");
  const box = calendar.querySelector(`[data-day="${day}"]`);
  const hour = box?.querySelector(`[data-hour^="${time.slice(0, 2)}"]`);
  return (hour ?? box)?.querySelector("[data-chips]");
}

export function show(calendar, chip, wall) {
  timeOf(chip).textContent = wall.slice(11);
  const list = listFor(calendar, wall);
  if (!list || list === chip.parentElement) return;
  const isFocused = chip.contains(document.activeElement);
  list.append(chip);
  if (isFocused) chip.querySelector("a").focus();
}

export function putBack({ chip, wall, list, next }) {
  timeOf(chip).textContent = wall.slice(11);
  list.insertBefore(chip, next?.parentElement === list ? next : null);
  chip.querySelector("a").focus();
}

// The server draws the days anew; the focus stays with the post that was moved.
function again(calendar, id) {
  document.body.addEventListener("htmx:afterSettle", () => {
    document.querySelector(`[data-chip="${id}"] a`)?.focus();
  }, { once: true });
  calendar.dispatchEvent(new CustomEvent("calendar-changed"));
}

export async function send(calendar, former, wall) {
  const { chip } = former;
  chip.setAttribute("aria-busy", "true");
  const headers = { ...JSON.parse(document.body.getAttribute("hx-headers") ?? "{}"), "HX-Request": "true" };
  const body = new URLSearchParams({ day: wall.slice(0, 10), time: wall.slice(11), zone: calendar.dataset.zone });
  const url = calendar.dataset.move.replace(NOBODY, chip.dataset.chip);
  const answer = await fetch(url, { method: "POST", headers, body }).catch(() => null);
  chip.removeAttribute("aria-busy");
  if (!answer?.ok) putBack(former);
  if (!answer) document.body.dispatchEvent(new CustomEvent("htmx:sendError"));
  const told = JSON.parse(answer?.headers.get("HX-Trigger") ?? "{}").toast;
  if (told) document.body.dispatchEvent(new CustomEvent("toast", { detail: told }));
  if (answer?.ok) again(calendar, chip.dataset.chip);
}
