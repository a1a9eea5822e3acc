/* Counts a text as one network counts it. data-limits is the same specification that the server
   validates with: {"max_characters": 300, "counter": "graphemes", "max_bytes": 3000}. */

const NEAR = 0.9;
const encoder = new TextEncoder();
const segmenter = "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;

const counters = {
  graphemes: (text) => (segmenter ? [...segmenter.segment(text)].length : [...text].length),
  codepoints: (text) => [...text].length,
  utf16: (text) => text.length,
  bytes: (text) => encoder.encode(text).length,
};

// The browser keeps \n in a textarea and sends \r\n; the server counts what it stores, with \n.
export function measure(text, limits) {
  const plain = text.replaceAll("\r\n", "\n");
  const used = (counters[limits.counter] ?? counters.codepoints)(plain);
  const bytes = counters.bytes(plain);
  const most = limits.max_characters;
  const isOver = (most != null && used > most) || (limits.max_bytes != null && bytes > limits.max_bytes);
  return { used, most, bytes, isOver, isNear: !isOver && most != null && used >= most * NEAR };
}

function words({ used, most, bytes, isOver }, limits) {
  if (most == null) return `${used}`;
  if (used > most) return `${used} of ${most}, ${used - most} too many`;
  if (isOver) return `${used} of ${most}, ${bytes - limits.max_bytes} bytes too many`;
  return `${used} of ${most}`;
}

export function connect(element) {
  const field = document.getElementById(element.dataset.for);
  const shown = element.querySelector(".counter__used") ?? element;
  const limits = JSON.parse(element.dataset.limits || "{}");
  if (!field) return undefined;

  function count() {
    const result = measure(field.value, limits);
    shown.textContent = words(result, limits);
    element.classList.toggle("counter--over", result.isOver);
    element.classList.toggle("counter--near", result.isNear);
  }

  field.addEventListener("input", count);
  count();
  return () => field.removeEventListener("input", count);
}
