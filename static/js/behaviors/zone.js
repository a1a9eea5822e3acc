/* Proposes the browser's own time zone where a form still says UTC, so that nobody has to find it. */

export function connect(form) {
  const field = form.querySelector("[name$='timezone'], [name$='zone']");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!field || !here || (field.value && field.value !== "UTC")) return;
  const isKnown = field.tagName !== "SELECT" || [...field.options].some((option) => option.value === here);
  if (isKnown) field.value = here;
}
