/* Shows and sets what must stay in sight of a picture. data-left and data-top name the fields that
   say it in percent; a click into the picture fills them, and they move the mark. */

export function connect(stage) {
  const left = document.getElementById(stage.dataset.left);
  const top = document.getElementById(stage.dataset.top);
  const over = stage.querySelector("svg");
  const mark = over?.querySelector("circle");
  if (!left || !top || !mark) return undefined;
  const { width, height } = over.viewBox.baseVal;

  function draw() {
    mark.setAttribute("cx", (Number(left.value || 50) / 100) * width);
    mark.setAttribute("cy", (Number(top.value || 50) / 100) * height);
    mark.setAttribute("r", Math.min(width, height) / 24);
  }

  function point(event) {
    const box = over.getBoundingClientRect();
    const percent = (at, side) => String(Math.round(Math.min(100, Math.max(0, (100 * at) / side))));
    left.value = percent(event.clientX - box.left, box.width);
    top.value = percent(event.clientY - box.top, box.height);
    draw();
  }

  over.addEventListener("click", point);
  for (const field of [left, top]) field.addEventListener("input", draw);
  draw();
  return () => {
    for (const field of [left, top]) field.removeEventListener("input", draw);
  };
}
