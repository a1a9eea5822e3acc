/* A finger that rests on something takes it; one that moves before scrolls. */

const FAR = 6;
const REST_MS = 400;

export function rests() {
  let start = null;

  function end() {
    clearTimeout(start?.timer);
    start = null;
  }

  return {
    begin({ clientX: x, clientY: y }, take) {
      end();
      const timer = setTimeout(() => {
        start = null;
        navigator.vibrate?.(10);
        take();
      }, REST_MS);
      start = { x, y, timer };
    },
    moved({ clientX, clientY }) {
      if (start && Math.hypot(clientX - start.x, clientY - start.y) > FAR) end();
    },
    get isWaiting() {
      return start !== null;
    },
    end,
  };
}
