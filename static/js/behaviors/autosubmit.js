/* A form that sends itself when a choice in it changes; its button is for those without JS, and for
   the keyboard and screen readers it stays where it was. */

export function connect(form) {
  const send = () => form.requestSubmit();
  for (const button of form.querySelectorAll("button:not([type=button])")) button.classList.add("visually-hidden");
  form.addEventListener("change", send);
  return () => form.removeEventListener("change", send);
}
