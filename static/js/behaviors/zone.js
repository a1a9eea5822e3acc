/* Chooses the browser's own time zone in a form that still stands on UTC, if the list has it. */

export function connect(form) {
  const select = form.querySelector('select[name="timezone"]');
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (select?.value === "UTC" && [...select.options].some((option) => option.value === here)) {
    select.value = here;
  }
}
