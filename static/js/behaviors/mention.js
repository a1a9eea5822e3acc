// Names to choose from while an @ is being typed; without this they are typed out.
const TYPED = /(^|\s)@([\p{L}\p{N}._-]*)$/u;

export function connect(area) {
  const list = area.form?.querySelector(".mentions");
  if (!list) return;
  const names = [...list.querySelectorAll("[data-handle]")];

  const typed = () => TYPED.exec(area.value.slice(0, area.selectionStart));

  function look() {
    const found = typed();
    const start = found ? found[2].toLowerCase() : "";
    for (const name of names) {
      name.hidden = !found || !name.dataset.handle.toLowerCase().startsWith(start);
    }
    list.hidden = !found || names.every((name) => name.hidden);
  }

  function choose(name) {
    const found = typed();
    const end = area.selectionStart;
    const start = found ? end - found[2].length - 1 : end;
    area.setRangeText(`@${name.dataset.handle} `, start, end, "end");
    list.hidden = true;
    area.focus();
  }

  area.addEventListener("input", look);
  area.addEventListener("keydown", (event) => {
    const first = list.hidden ? null : names.find((name) => !name.hidden);
    if (event.key === "Escape" && first) {
      list.hidden = true;
      event.stopPropagation();
    } else if (event.key === "Tab" && first && !event.shiftKey) {
      event.preventDefault();
      choose(first);
    }
  });
  for (const name of names) name.addEventListener("click", () => choose(name));
}
