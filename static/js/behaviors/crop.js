/* Chooses the part of a picture that is cut out: by a shape, by dragging the frame or its corner, by
   arrow keys, plus and minus, and by the number fields, which say it in percent. */

const STEP = 1;
const LEAST = 2;
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

export function connect(form) {
  const over = form.querySelector("svg");
  const frame = over.querySelector("rect");
  const shade = over.querySelector("path");
  const grip = over.querySelector("circle");
  const fields = Object.fromEntries(["x", "y", "width", "height"].map((name) => [name, form.elements[name]]));
  const view = over.viewBox.baseVal;
  const whole = view.width / view.height;
  let box = { x: 0, y: 0, width: 100, height: 100 };

  // Height in percent of a width in percent, so that the part keeps the chosen shape.
  const shape = () => Number(form.querySelector("[name=ratio]:checked").dataset.ratio);
  const heightOf = (width) => (width * whole) / shape();
  const widest = (x, y) => Math.min(100 - x, ((100 - y) * shape()) / whole);

  function draw() {
    const part = {
      x: (box.x / 100) * view.width, y: (box.y / 100) * view.height,
      width: (box.width / 100) * view.width, height: (box.height / 100) * view.height,
    };
    for (const [name, value] of Object.entries(part)) frame.setAttribute(name, value);
    grip.setAttribute("cx", part.x + part.width);
    grip.setAttribute("cy", part.y + part.height);
    grip.setAttribute("r", Math.max(view.width, view.height) / 48);
    shade.setAttribute("d", `M0 0H${view.width}V${view.height}H0ZM${part.x} ${part.y}h${part.width}v${part.height}h${-part.width}Z`);
  }

  function put(changed) {
    box = { ...box, ...changed };
    for (const [name, field] of Object.entries(fields)) field.value = box[name].toFixed(2);
    draw();
  }

  const move = (x, y) => put({ x: clamp(x, 0, 100 - box.width), y: clamp(y, 0, 100 - box.height) });

  function resize(width) {
    const fitting = clamp(width, LEAST, widest(box.x, box.y));
    put({ width: fitting, height: heightOf(fitting) });
  }

  function choose() {
    const { x, y, width, height } = form.querySelector("[name=ratio]:checked").dataset;
    put({ x: Number(x), y: Number(y), width: Number(width), height: Number(height) });
  }

  function typed() {
    for (const [name, field] of Object.entries(fields)) box[name] = Number(field.value) || 0;
    draw();
  }

  function drag(event) {
    if (event.target !== frame && event.target !== grip) return;
    event.preventDefault();
    frame.focus();
    const area = over.getBoundingClientRect();
    const start = { ...box, left: event.clientX, top: event.clientY };
    const isGrip = event.target === grip;
    const go = (moved) => {
      const right = (100 * (moved.clientX - start.left)) / area.width;
      const down = (100 * (moved.clientY - start.top)) / area.height;
      if (isGrip) resize(start.width + right);
      else move(start.x + right, start.y + down);
    };
    const stop = () => over.removeEventListener("pointermove", go);
    over.setPointerCapture(event.pointerId);
    over.addEventListener("pointermove", go);
    over.addEventListener("pointerup", stop, { once: true });
    over.addEventListener("pointercancel", stop, { once: true });
  }

  function press(event) {
    const steps = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    const sizes = { "+": 2, "=": 2, "-": -2 };
    if (!(event.key in steps) && !(event.key in sizes)) return;
    event.preventDefault();
    if (event.key in sizes) resize(box.width + sizes[event.key]);
    else move(box.x + steps[event.key][0], box.y + steps[event.key][1]);
  }

  for (const radio of form.querySelectorAll("[name=ratio]")) radio.addEventListener("change", choose);
  for (const field of Object.values(fields)) field.addEventListener("input", typed);
  over.addEventListener("pointerdown", drag);
  frame.addEventListener("keydown", press);
  choose();
}
