/* Copies data-copy and says so in the button's own words for two seconds. */

export function connect(button) {
  const word = button.querySelector(".button__word") ?? button;
  const before = word.textContent;
  let timer = 0;

  async function copy() {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      word.textContent = button.dataset.done ?? "Copied";
    } catch {
      word.textContent = "Select and copy by hand";
    }
    document.getElementById("announcer")?.replaceChildren(word.textContent);
    clearTimeout(timer);
    timer = setTimeout(() => { word.textContent = before; }, 2000);
  }

  button.addEventListener("click", copy);
  return () => {
    clearTimeout(timer);
    button.removeEventListener("click", copy);
  };
}
