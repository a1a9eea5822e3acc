/* Takes the focus when it appears: the summary of a form's errors after a 422, or a field to write
   on in, behind the words that stand there. */

export function connect(element) {
  element.focus({ preventScroll: false });
  if (element.matches("textarea")) element.setSelectionRange(element.value.length, element.value.length);
}
