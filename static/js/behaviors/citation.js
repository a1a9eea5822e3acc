/* A cited passage that shows its source's words beside it, by pointer, by focus and by tap. They are
   its description (aria-describedby) in any case, and the list that its link leads to has them too:
   without this script that is where they are read. Escape puts them away; they stay while the
   pointer is on them. */

const GAP = 6; // px between the words and their quotation
const PATIENCE = 120; // ms in which the pointer may go from the one to the other

let open = null;

export function connect(link) {
  const quote = document.getElementById(link.getAttribute("aria-describedby"));
  if (!quote?.showPopover) return;
  let waiting = 0;
  let touched = false;
  const ends = new AbortController();
  const on = (target, name, act) => target.addEventListener(name, act, { signal: ends.signal });

  const hide = () => {
    clearTimeout(waiting);
    if (quote.matches(":popover-open")) quote.hidePopover();
    link.removeAttribute("data-open");
    if (open === hide) open = null;
  };
  const show = () => {
    clearTimeout(waiting);
    if (open && open !== hide) open();
    open = hide;
    link.setAttribute("data-open", "");
    if (!quote.matches(":popover-open")) quote.showPopover();
    place(link, quote);
  };
  const leave = () => {
    waiting = setTimeout(hide, PATIENCE);
  };

  for (const part of [link, quote]) {
    on(part, "pointerenter", (event) => event.pointerType !== "touch" && show());
    on(part, "pointerleave", (event) => event.pointerType !== "touch" && leave());
  }
  on(link, "focus", () => !touched && show());
  on(link, "blur", hide);
  on(link, "pointerdown", (event) => { touched = event.pointerType === "touch"; });
  on(link, "click", (event) => {
    if (touched) {
      event.preventDefault(); // a tap reads here; the list below stays for those who scroll
      if (open === hide) hide();
      else show();
      touched = false;
    } else {
      reveal(link.hash);
    }
  });
  on(document, "keydown", (event) => event.key === "Escape" && hide());
  on(document, "pointerdown", (event) => !link.contains(event.target) && !quote.contains(event.target) && hide());
  on(document, "scroll", hide);
  return () => {
    hide();
    ends.abort();
  };
}

/* Under the first line of the words, or above it where there is no room; always inside the window. */
function place(link, quote) {
  const words = link.getClientRects()[0];
  const size = quote.getBoundingClientRect();
  const below = words.bottom + GAP;
  const fits = below + size.height <= innerHeight || words.top < size.height + GAP;
  const left = Math.min(words.left, document.documentElement.clientWidth - size.width - GAP);
  quote.style.setProperty("top", `${fits ? below : words.top - size.height - GAP}px`);
  quote.style.setProperty("left", `${Math.max(GAP, left)}px`);
}

/* The place that a link leads to may be folded away. */
function reveal(hash) {
  const place = hash && document.getElementById(hash.slice(1));
  for (let fold = place?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
}
