/* Says how much of one network's limit a text uses. data-for is the text's field; data-hashtags and
   data-link may name the fields of what is sent with it; data-limits is the server's own
   specification of the network. data-counts="comment" counts a first comment, and data-media says
   that a picture or video goes with the text; data-tail is what is put behind it, such as a
   signature. With data-parts the text is cut into so many posts, so that it is never too long. */

import { compose, measure, measureComment } from "../text.js";

const NEAR = 0.9;

function words({ used, most, bytes, mostBytes, isOver }) {
  if (most === null) return `${used}`;
  if (used > most) return `${used} of ${most}, ${used - most} too many`;
  return isOver ? `${used} of ${most}, ${bytes - mostBytes} bytes too many` : `${used} of ${most}`;
}

function fieldOf(id) {
  return id ? document.getElementById(id) : null;
}

export function connect(element) {
  const text = fieldOf(element.dataset.for);
  if (!text) return undefined;
  const hashtags = fieldOf(element.dataset.hashtags);
  const link = fieldOf(element.dataset.link);
  const shown = element.querySelector(".counter__used") ?? element;
  const limits = JSON.parse(element.dataset.limits || "{}");

  const tail = element.dataset.tail ?? "";
  const isCut = Boolean(element.dataset.parts);

  function whole() {
    const body = text.value.trimEnd();
    return tail && !body.endsWith(tail) ? [body, tail].filter(Boolean).join("\n\n") : text.value;
  }

  function count() {
    const tags = hashtags ? hashtags.value.split(/[\s,]+/) : [];
    const result = element.dataset.counts === "comment"
      ? measureComment(text.value, limits)
      : measure(compose(whole(), tags, link?.value ?? "", limits), limits, Boolean(element.dataset.media));
    shown.textContent = isCut ? `${result.used}` : words(result);
    element.classList.toggle("counter--over", result.isOver && !isCut);
    element.classList.toggle("counter--near", !result.isOver && result.most !== null && result.used >= result.most * NEAR);
  }

  const fields = [text, hashtags, link].filter(Boolean);
  for (const field of fields) field.addEventListener("input", count);
  count();
  return () => {
    for (const field of fields) field.removeEventListener("input", count);
  };
}
