/* Says how many boxes are chosen for a form that acts on several rows; the boxes stand elsewhere on
   the page and name the form. Without scripts the form works and only the count is missing. */

export function connect(form) {
  const words = form.querySelector("[data-choice-count]");
  const before = words.textContent;

  function count() {
    const chosen = [...form.elements].filter((box) => box.type === "checkbox" && box.name === "post" && box.checked);
    words.textContent = chosen.length ? `${chosen.length} chosen` : before;
  }

  function onChange(event) {
    if (event.target.form === form) count();
  }

  document.addEventListener("change", onChange);
  count();
  return () => document.removeEventListener("change", onChange);
}
