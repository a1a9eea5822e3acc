/* Lets files fall onto the area, puts them into its input and names what was chosen. */

function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export function connect(area) {
  const input = area.querySelector("input[type=file]");
  const list = area.querySelector(".file-drop__list");

  function show() {
    const rows = [...input.files].map((file) => {
      const row = document.createElement("li");
      row.textContent = `${file.name}, ${size(file.size)}`;
      return row;
    });
    list?.replaceChildren(...rows);
  }

  function over(event) {
    event.preventDefault();
    area.classList.add("file-drop--over");
  }

  function out() {
    area.classList.remove("file-drop--over");
  }

  function drop(event) {
    event.preventDefault();
    out();
    const chosen = new DataTransfer();
    const files = [...event.dataTransfer.files].slice(0, input.multiple ? undefined : 1);
    for (const file of files) chosen.items.add(file);
    input.files = chosen.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  input.addEventListener("change", show);
  area.addEventListener("dragover", over);
  area.addEventListener("dragleave", out);
  area.addEventListener("drop", drop);
}
