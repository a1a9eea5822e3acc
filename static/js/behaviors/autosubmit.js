/* A form that sends itself when a choice in it changes; its button stays for those without JS. */

export function connect(form) {
  const send = () => form.requestSubmit();
  form.addEventListener("change", send);
  return () => form.removeEventListener("change", send);
}
