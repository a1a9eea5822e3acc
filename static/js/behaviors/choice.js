/* A form that acts on several rows: says how many boxes are ticked, ticks all of the page at once, and
   has Enter press the button beside the field, not the first of the form. The boxes may stand
   elsewhere on the page and name the form. Without scripts the form works by its buttons. */

export function connect(form) {
  const name = form.dataset.choice || "post";
  const words = form.querySelector("[data-choice-count]");
  const every = form.querySelector("[data-choice-all]");
  const all = every?.querySelector("input");
  const before = words?.textContent;

  const boxes = () => [...form.elements].filter((box) => box.type === "checkbox" && box.name === name);

  function count() {
    const there = boxes();
    const chosen = there.filter((box) => box.checked).length;
    if (words) words.textContent = chosen ? `${chosen} chosen` : before;
    if (!all) return;
    every.hidden = !there.length;
    all.checked = chosen > 0 && chosen === there.length;
    all.indeterminate = chosen > 0 && chosen < there.length;
  }

  function onChange(event) {
    if (event.target.form !== form) return;
    if (event.target === all) for (const box of boxes()) box.checked = all.checked;
    count();
  }

  function onKey(event) {
    const field = event.target;
    if (event.key !== "Enter" || field.form !== form || !field.matches("input")) return;
    event.preventDefault();
    const button = field.closest("[data-choice-act]")?.querySelector("button");
    button?.click();
  }

  document.addEventListener("change", onChange);
  document.addEventListener("keydown", onKey);
  count();
  return () => {
    document.removeEventListener("change", onChange);
    document.removeEventListener("keydown", onKey);
  };
}
